{{/* hook, job or off. YAML reads a bare `off` as false. */}}
{{- define "service.migrateMode" -}}
{{- $mode := toString .Values.migrate.mode -}}
{{- ternary "off" $mode (eq $mode "false") -}}
{{- end -}}

{{/* Labels that no selector of the service matches: a Job's pod must not become an endpoint. */}}
{{- define "service.migrateLabels" -}}
app.kubernetes.io/name: {{ include "service.name" . }}-migrate
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: herald
{{- end -}}

{{/* A hook that nobody deletes, because Helm was killed meanwhile, goes after an hour. */}}
{{- define "service.migrateTtl" -}}
{{- if not (kindIs "invalid" .Values.migrate.ttlSecondsAfterFinished) -}}
{{- int .Values.migrate.ttlSecondsAfterFinished -}}
{{- else if eq (include "service.migrateMode" .) "hook" -}}3600{{- end -}}
{{- end -}}

{{- define "service.migrateSpec" -}}
{{- $settings := include "service.settings" . | fromYaml -}}
backoffLimit: {{ int .Values.migrate.backoffLimit }}
activeDeadlineSeconds: {{ int .Values.migrate.activeDeadlineSeconds }}
{{- with include "service.migrateTtl" . }}
ttlSecondsAfterFinished: {{ . }}
{{- end }}
# 78: another try would fail as well, so the Job fails at once. An evicted pod counts as no try.
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: { containerName: migrate, operator: In, values: [78] }
    - action: Ignore
      onPodConditions: [{ type: DisruptionTarget, status: "True" }]
template:
  metadata:
    labels:
      {{- include "service.migrateLabels" . | nindent 6 }}
    {{- with .Values.migrate.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    restartPolicy: Never
    {{- include "service.placement" . | nindent 4 }}
    containers:
      - name: migrate
        image: {{ include "service.image" . | quote }}
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        command:
          {{- toYaml (include "service.app" . | fromYaml).migrate | nindent 10 }}
        securityContext:
          {{- toYaml .Values.securityContext | nindent 10 }}
        env:
          {{- range include "service.env" . | fromYamlArray }}
          {{- if has .name (list "MONGODB_URI" "NODE_EXTRA_CA_CERTS") }}
          - {{ toYaml . | nindent 12 | trim }}
          {{- end }}
          {{- end }}
        {{- with .Values.migrate.resources }}
        resources:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        volumeMounts:
          - name: tmp
            mountPath: /tmp
          {{- if $settings.trustedCa.existingSecret }}
          - name: ca
            mountPath: /etc/herald/ca
            readOnly: true
          {{- end }}
    volumes:
      - name: tmp
        emptyDir: {{ toYaml .Values.tmp | nindent 10 }}
      {{- if $settings.trustedCa.existingSecret }}
      - name: ca
        secret:
          secretName: {{ $settings.trustedCa.existingSecret }}
      {{- end }}
{{- end -}}

{{/*
Creates the indexes. As a hook it runs before all other objects of the release, with the namespace's default account,
because the chart's does not exist yet. If it fails, Helm prints its output and deletes it. As a plain Job, for tools that apply manifests without hooks, its name changes
with its content, because a Job cannot be changed.
*/}}
{{- define "service.migrateJob" -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- if and $app.migrate (ne (include "service.migrateMode" .) "off") -}}
{{- $spec := include "service.migrateSpec" . -}}
{{- $annotations := deepCopy .Values.migrate.annotations -}}
{{- $name := printf "%s-migrate" (include "service.fullname" .) -}}
{{- if eq (include "service.migrateMode" .) "hook" -}}
{{- $annotations = merge $annotations (dict "helm.sh/hook" "pre-install,pre-upgrade" "helm.sh/hook-weight" "0" "helm.sh/hook-output-log-policy" "hook-failed" "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded,hook-failed") -}}
{{- else -}}
{{- $name = printf "%s-%s" ($name | trunc 54) (sha256sum $spec | trunc 8) -}}
{{- end -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- merge (include "service.migrateLabels" . | fromYaml) (include "service.labels" . | fromYaml) | toYaml | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* In a namespace without default egress, the Job too needs access to the database, before it starts. */}}
{{- define "service.migrateNetworkPolicy" -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- if and $app.migrate (ne (include "service.migrateMode" .) "off") .Values.networkPolicy.enabled -}}
{{- $egress := .Values.networkPolicy.egress -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service.fullname" . }}-migrate
  namespace: {{ .Release.Namespace }}
  labels:
    {{- merge (include "service.migrateLabels" . | fromYaml) (include "service.labels" . | fromYaml) | toYaml | nindent 4 }}
  {{- if eq (include "service.migrateMode" .) "hook" }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: "-10"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
  {{- end }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ include "service.name" . }}-migrate
      app.kubernetes.io/instance: {{ .Release.Name }}
  policyTypes:
    - Ingress
    - Egress
  egress:
    {{- include "service.policyRule" (dict "direction" "to" "peers" $egress.dns.to "ports" $egress.dns.ports "protocols" (list "UDP" "TCP") "context" .) | nindent 4 }}
    {{- include "service.policyRule" (dict "direction" "to" "peers" $egress.mongodb.to "ports" $egress.mongodb.ports "context" .) | nindent 4 }}
{{- end -}}
{{- end -}}
