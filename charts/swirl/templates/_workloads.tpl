{{/*
What a namespace needs so that analytics can run in it, as a list under `items`. For the namespaces of
`workloadNamespaces` the chart makes it, for those with the label the operator does: it is told this list.
Takes {context, namespace, roleKind, rolePrefix}; the operator fills in the namespace where it is "".
*/}}
{{- define "swirl.workloadObjects" -}}
{{- $claim := .context.Values.artifacts.claim }}
items:
{{- range $role := list "driver" "monitor" "scorer" }}
  - apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: swirl-{{ $role }}
      {{- with (index $.context.Values $role).serviceAccount.annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- if eq $role "scorer" }}
    # Scorers talk to no API server.
    automountServiceAccountToken: false
    {{- end }}
    {{- with include "swirl.imagePullSecrets" $.context }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end }}
{{- range $role := list "driver" "monitor" }}
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: swirl-{{ $role }}
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: {{ $.roleKind }}
      name: {{ $.rolePrefix }}-{{ $role }}
    subjects:
      - kind: ServiceAccount
        name: swirl-{{ $role }}
        namespace: {{ $.namespace | quote }}
{{- end }}
{{- if and $claim.create (hasPrefix "file://" .context.Values.artifacts.uri) }}
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: {{ $claim.name | quote }}
      {{- $keep := ternary (dict "helm.sh/resource-policy" "keep") dict (and $claim.keep (ne .namespace "")) }}
      # Where a class binds late, the claim waits for its first pod: a sync must not wait for the claim.
      {{- $now := dict "argocd.argoproj.io/ignore-healthcheck" "true" }}
      annotations:
        {{- toYaml (merge $keep $claim.annotations $now) | nindent 8 }}
    spec:
      accessModes:
        {{- toYaml $claim.accessModes | nindent 8 }}
      {{- with $claim.storageClassName }}
      storageClassName: {{ . | quote }}
      {{- end }}
      resources:
        requests:
          storage: {{ $claim.size }}
{{- end }}
{{- end -}}

{{/* Spark drivers make and remove their executors. */}}
{{- define "swirl.driverRules" -}}
# patch: a driver writes its progress on its own pod, and marks executors it is about to end.
- apiGroups: [""]
  resources: [pods]
  verbs: [create, delete, deletecollection, get, list, patch, watch]
- apiGroups: [""]
  resources: [configmaps, persistentvolumeclaims, services]
  verbs: [create, delete, deletecollection, get, list]
# Parameters that are too long for a variable are read from the run.
- apiGroups: [swirl.dev]
  resources: [analyticsruns]
  verbs: [get]
{{- end -}}

{{/* The engine of a SwirlMonitor writes the verdict. */}}
{{- define "swirl.monitorRules" -}}
- apiGroups: [swirl.dev]
  resources: [swirlmonitors]
  verbs: [get]
- apiGroups: [swirl.dev]
  resources: [swirlmonitors/status]
  verbs: [patch]
{{- end -}}
