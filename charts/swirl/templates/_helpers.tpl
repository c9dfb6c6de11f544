{{- define "swirl.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "swirl.operator" -}}
{{- include "swirl.fullname" . }}-operator
{{- end -}}

{{- define "swirl.kafka" -}}
{{- include "swirl.fullname" . }}-kafka
{{- end -}}

{{/* Labels that select pods never change; the others may. Takes {context, component}. */}}
{{- define "swirl.selector" -}}
app.kubernetes.io/name: {{ .context.Chart.Name }}
app.kubernetes.io/instance: {{ .context.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "swirl.labels" -}}
{{ include "swirl.selector" . }}
app.kubernetes.io/version: {{ .context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ .context.Chart.Name }}-{{ .context.Chart.Version }}
{{- end -}}

{{- define "swirl.workloadNamespaces" -}}
{{- .Values.workloadNamespaces | default (list .Release.Namespace) | uniq | sortAlpha | toJson -}}
{{- end -}}

{{- define "swirl.kafkaBootstrap" -}}
{{- if .Values.kafka.enabled -}}
{{- if .Values.kafka.bootstrapServers -}}
{{- fail "kafka.enabled makes a broker, kafka.bootstrapServers names another: set only one of them" -}}
{{- end -}}
{{- printf "%s.%s.svc:9092" (include "swirl.kafka" .) .Release.Namespace -}}
{{- else -}}
{{- .Values.kafka.bootstrapServers -}}
{{- end -}}
{{- end -}}

{{/* Refuses, once for all of them, where an image that is going to run has no name. */}}
{{- define "swirl.requireImages" -}}
{{- $missing := list -}}
{{- range concat (list "operator" "scorer" "monitor") (.Values.kafka.enabled | ternary (list "kafka") list) -}}
{{- if not (index $.Values.images .) -}}
{{- $missing = append $missing (printf "images.%s" .) -}}
{{- end -}}
{{- end -}}
{{- if $missing -}}
{{- fail (printf "no image is named in %s: build them with `make images` and give helm `-f build/values.yaml`, or name those of your registry" (join ", " $missing)) -}}
{{- end -}}
{{- end -}}

{{/* The `restricted` Pod Security Standard. */}}
{{- define "swirl.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "swirl.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
