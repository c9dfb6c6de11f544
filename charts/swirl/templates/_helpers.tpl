{{- define "swirl.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "swirl.fullname" -}}
{{- $name := include "swirl.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
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
app.kubernetes.io/name: {{ include "swirl.name" .context }}
app.kubernetes.io/instance: {{ .context.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "swirl.labels" -}}
{{- $own := include "swirl.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" .context.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .context.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_") -}}
{{- /* What Helm and the selectors rely on is not for others to change. */ -}}
{{- merge $own .context.Values.commonLabels | toYaml -}}
{{- end -}}

{{- define "swirl.workloadNamespaces" -}}
{{- .Values.workloadNamespaces | default (list .Release.Namespace) | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* Whether namespaces with the label get what those of `workloadNamespaces` get: "true" or nothing. */}}
{{- define "swirl.labelledNamespaces" -}}
{{- if and .Values.workloadLabel.enabled (empty .Values.operator.namespaces) -}}true{{- end -}}
{{- end -}}

{{- define "swirl.kafkaBootstrap" -}}
{{- if .Values.kafka.enabled -}}
{{- if .Values.kafka.bootstrapServers -}}
{{- fail "kafka.enabled makes a broker, kafka.bootstrapServers names another: set only one of them" -}}
{{- end -}}
{{- if ne .Values.kafka.security.protocol "PLAINTEXT" -}}
{{- fail "the broker of kafka.enabled has no encryption and asks nobody who they are: kafka.security is for one of your own, in kafka.bootstrapServers" -}}
{{- end -}}
{{- printf "%s.%s.svc:9092" (include "swirl.kafka" .) .Release.Namespace -}}
{{- else -}}
{{- .Values.kafka.bootstrapServers -}}
{{- end -}}
{{- end -}}

{{/* What a pod calls an image. Takes {context, component}; the component has an `image`. */}}
{{- define "swirl.image" -}}
{{- $own := (index .context.Values .component).image -}}
{{- $all := .context.Values.image -}}
{{- $registry := coalesce .context.Values.global.imageRegistry $own.registry $all.registry -}}
{{- $image := printf "%s/%s" (trimSuffix "/" ($registry | default "")) $own.repository -}}
{{- if $own.digest -}}
{{- printf "%s@%s" $image $own.digest -}}
{{- else -}}
{{- printf "%s:%s" $image (coalesce $own.tag $all.tag .context.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Refuses values of 0.1.0 that have another name now, and says which. */}}
{{- define "swirl.requireNewNames" -}}
{{- $old := list -}}
{{- if hasKey .Values "images" -}}
{{- $old = append $old "images is operator.image, scorer.image, monitor.image and kafka.image now, each {registry, repository, tag, digest}, or image.registry for all of them (`make images` writes build/values.yaml anew)" -}}
{{- end -}}
{{- if hasKey .Values "imagePullPolicy" -}}
{{- $old = append $old "imagePullPolicy is image.pullPolicy now" -}}
{{- end -}}
{{- with $old }}{{ fail (join "; " .) }}{{ end -}}
{{- end -}}

{{/* Refuses, once for all of them, where nothing says whose an image is that is going to run. */}}
{{- define "swirl.requireImages" -}}
{{- $missing := list -}}
{{- range concat (list "operator" "scorer" "monitor") (.Values.kafka.enabled | ternary (list "kafka") list) -}}
{{- if hasPrefix "/" (include "swirl.image" (dict "context" $ "component" .)) -}}
{{- $missing = append $missing (printf "%s.image" .) -}}
{{- end -}}
{{- end -}}
{{- if $missing -}}
{{- fail (printf "no registry is named for %s: set image.registry to where `make push REGISTRY=…` brought the images, or build them with `make images` and give helm `-f build/values.yaml`" (join ", " $missing)) -}}
{{- end -}}
{{- end -}}

{{/* Names of the Secrets that images are pulled with, as JSON. Both forms are usual: {name: x} and x. */}}
{{- define "swirl.pullSecrets" -}}
{{- $names := list -}}
{{- range concat (.Values.global.imagePullSecrets | default list) .Values.imagePullSecrets -}}
{{- $names = append $names (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name")) -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{/* The field imagePullSecrets of a pod or an account; nothing where there are none. */}}
{{- define "swirl.imagePullSecrets" -}}
{{- with include "swirl.pullSecrets" . | fromJsonArray -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Secrets of the release's namespace that Pods in workload namespaces need, as JSON. */}}
{{- define "swirl.sharedSecrets" -}}
{{- $names := include "swirl.pullSecrets" . | fromJsonArray -}}
{{- range list .Values.artifacts.secretName .Values.kafka.security.secretName .Values.notify.webhook.secretName -}}
{{- with . }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
{{- $names | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* Who is told of verdicts, as a SwirlMonitor's spec.notify has it; empty where nobody is. */}}
{{- define "swirl.notify" -}}
{{- $notify := dict -}}
{{- with .Values.notify.alertmanager.urls -}}
{{- $_ := set $notify "alertmanager" (dict "urls" .) -}}
{{- end -}}
{{- with .Values.notify.webhook -}}
{{- if .secretName -}}
{{- $webhook := dict "secretRef" (dict "name" .secretName) -}}
{{- if .url -}}
{{- $_ := set $webhook "url" .url -}}
{{- end -}}
{{- $_ := set $notify "webhook" $webhook -}}
{{- else if .url -}}
{{- fail "notify.webhook.url needs notify.webhook.secretName: the Secret whose key `secret` signs the notices" -}}
{{- end -}}
{{- end -}}
{{- if $notify -}}
{{- $notify | toJson -}}
{{- end -}}
{{- end -}}

{{/* Those of them that the operator copies there, with commas between; nothing where it copies none. */}}
{{- define "swirl.copiedSecrets" -}}
{{- if .Values.copySecrets -}}
{{- include "swirl.sharedSecrets" . | fromJsonArray | join "," -}}
{{- end -}}
{{- end -}}

{{/* Where the operator finds what it proves itself to Kafka with, and every Pod that it makes. */}}
{{- define "swirl.kafkaSecurity" -}}
{{- $security := .Values.kafka.security -}}
{{- $files := "/etc/swirl/kafka" -}}
- name: SWIRL_KAFKA_SECURITY_PROTOCOL
  value: {{ $security.protocol }}
{{- with $security.secretName }}
- name: SWIRL_KAFKA_SECRET
  value: {{ . | quote }}
{{- if hasSuffix "SSL" $security.protocol }}
- name: SWIRL_KAFKA_CA_FILE
  value: {{ $files }}/ca.crt
- name: SWIRL_KAFKA_CERTIFICATE_FILE
  value: {{ $files }}/tls.crt
- name: SWIRL_KAFKA_KEY_FILE
  value: {{ $files }}/tls.key
{{- end }}
{{- end }}
{{- with $security.sasl.mechanism }}
- name: SWIRL_KAFKA_SASL_MECHANISM
  value: {{ . }}
- name: SWIRL_KAFKA_USERNAME
  value: {{ $security.sasl.username | replace "$" "$$" | quote }}
- name: SWIRL_KAFKA_PASSWORD_FILE
  value: {{ $files }}/password
{{- end }}
{{- with $security.sasl.tokenUrl }}
- name: SWIRL_KAFKA_TOKEN_URL
  value: {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- with $security.sasl.tokenScope }}
- name: SWIRL_KAFKA_TOKEN_SCOPE
  value: {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- end -}}

{{/* What every Pod of a workload has, as JSON; nothing where nobody wants anything. */}}
{{- define "swirl.podDefaults" -}}
{{- $pod := deepCopy .Values.workloads.pod -}}
{{- /* Besides those of the accounts, which only count for Pods that name none of their own. */ -}}
{{- $secrets := $pod.imagePullSecrets | default list -}}
{{- range include "swirl.pullSecrets" . | fromJsonArray -}}
{{- $secrets = append $secrets (dict "name" .) -}}
{{- end -}}
{{- with $secrets | uniq }}{{ $_ := set $pod "imagePullSecrets" . }}{{ end -}}
{{- if include "swirl.platformUids" . -}}
{{- $free := dict "runAsUser" nil "runAsGroup" nil "fsGroup" nil -}}
{{- $given := $pod.template | default dict -}}
{{- $_ := set $pod "template" (mergeOverwrite (dict "spec" (dict "securityContext" $free)) $given) -}}
{{- end -}}
{{- $defaults := dict -}}
{{- $env := .Values.workloads.env -}}
{{- $given := list -}}
{{- range $env }}{{ $given = append $given .name }}{{ end -}}
{{- range $name, $value := dict "AWS_ENDPOINT_URL" .Values.artifacts.s3.endpoint "AWS_REGION" .Values.artifacts.s3.region -}}
{{- if and $value (not (has $name $given)) }}{{ $env = append $env (dict "name" $name "value" $value) }}{{ end -}}
{{- end -}}
{{- range $name, $value := dict "env" $env "envFrom" .Values.workloads.envFrom "pod" $pod -}}
{{- if $value }}{{ $_ := set $defaults $name $value }}{{ end -}}
{{- end -}}
{{- with $defaults -}}{{ toJson . }}{{- end -}}
{{- end -}}

{{/* Whether the platform chooses uids and groups, as OpenShift's constraints do: "true" or nothing. */}}
{{- define "swirl.platformUids" -}}
{{- $adapt := dig "compatibility" "openshift" "adaptSecurityContext" "auto" .Values.global -}}
{{- if or (eq $adapt "force") (and (eq $adapt "auto") (.Capabilities.APIVersions.Has "security.openshift.io/v1")) -}}
true
{{- end -}}
{{- end -}}

{{/* The `restricted` Pod Security Standard. */}}
{{- define "swirl.podSecurity" -}}
runAsNonRoot: true
{{- if not (include "swirl.platformUids" .) }}
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "swirl.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
