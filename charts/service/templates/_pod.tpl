{{/* A probe. The value, if given, replaces the chart's probe as a whole; `enabled: false` leaves it out. */}}
{{- define "service.probe" -}}
{{- $given := .given | default dict -}}
{{- if ne (dig "enabled" true $given) false -}}
{{- $probe := omit $given "enabled" | default .own -}}
{{ .name }}:
{{ toYaml $probe | indent 2 }}
{{- end -}}
{{- end -}}

{{- define "service.probes" -}}
{{- $live := dict "httpGet" (dict "path" "/livez" "port" "admin") -}}
{{- $ready := dict "httpGet" (dict "path" "/readyz" "port" "admin") -}}
{{- /* A process that does not answer cannot drain either: after the sleep it has 5 s, not the whole grace period. */ -}}
{{- $grace := dict "terminationGracePeriodSeconds" (add .Values.preStopSleepSeconds 5) -}}
{{ include "service.probe" (dict "name" "startupProbe" "given" .Values.startupProbe "own" (merge (dict "periodSeconds" 2 "timeoutSeconds" 3 "failureThreshold" 60) $live)) }}
{{ include "service.probe" (dict "name" "livenessProbe" "given" .Values.livenessProbe "own" (merge (dict "periodSeconds" 5 "timeoutSeconds" 4 "failureThreshold" 5) $grace $live)) }}
{{ include "service.probe" (dict "name" "readinessProbe" "given" .Values.readinessProbe "own" (merge (dict "periodSeconds" 5 "timeoutSeconds" 3 "failureThreshold" 2) $ready)) }}
{{- end -}}

{{/* Containers added by the user, each with the chart's security context unless it has its own. */}}
{{- define "service.addedContainers" -}}
{{- $context := .context -}}
{{- $containers := list -}}
{{- range include "service.render" (dict "value" .value "context" .context) | fromYamlArray -}}
{{- $containers = append $containers (ternary . (set . "securityContext" (deepCopy $context.Values.securityContext)) (hasKey . "securityContext")) -}}
{{- end -}}
{{- with $containers }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{/* Spread over zones and hosts. The selector is the Deployment's own; each version of the pods is spread separately. */}}
{{- define "service.topologySpread" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "service.selectorLabels" . | fromYaml)) "matchLabelKeys" (list "pod-template-hash") -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $constraints = append $constraints (merge (deepCopy .) (ternary (pick $own "labelSelector") $own (hasKey . "labelSelector"))) -}}
{{- end -}}
{{- with $constraints }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{/* Placement and identity of a pod: for the service, its Job and its test. */}}
{{- define "service.placement" -}}
automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with include "service.imagePullSecrets" . }}
imagePullSecrets:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if kindIs "bool" .Values.hostUsers }}
hostUsers: {{ .Values.hostUsers }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- include "service.render" (dict "value" . "context" $) | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "service.volumes" -}}
{{- $settings := include "service.settings" . | fromYaml -}}
- name: tmp
  emptyDir: {{ toYaml .Values.tmp | nindent 4 }}
- name: api-keys
{{- if $settings.apiKeys.existingSecret }}
  secret:
    secretName: {{ $settings.apiKeys.existingSecret }}
{{- else }}
  configMap:
    name: {{ include "service.fullname" . }}-api-keys
{{- end }}
- name: secrets
  projected:
    sources:
      {{- range $secret := concat (list $settings.secrets.existingSecret) ($settings.secrets.moreSecrets | default list) }}
      - secret:
          name: {{ $secret }}
      {{- end }}
{{- if $settings.trustedCa.existingSecret }}
- name: ca
  secret:
    secretName: {{ $settings.trustedCa.existingSecret }}
{{- end }}
{{- with include "service.inboundSmtpTls" . }}
- name: smtp-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ include "service.render" (dict "value" . "context" $) }}
{{- end }}
{{- end -}}

{{- define "service.volumeMounts" -}}
{{- $settings := include "service.settings" . | fromYaml -}}
- name: tmp
  mountPath: /tmp
- name: api-keys
  mountPath: /etc/herald/api-keys
  readOnly: true
- name: secrets
  mountPath: /etc/herald/secrets
  readOnly: true
{{- if $settings.trustedCa.existingSecret }}
- name: ca
  mountPath: /etc/herald/ca
  readOnly: true
{{- end }}
{{- if include "service.inboundSmtpTls" . }}
- name: smtp-tls
  mountPath: /etc/herald/smtp-tls
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ include "service.render" (dict "value" . "context" $) }}
{{- end }}
{{- end -}}

{{- define "service.lifecycle" -}}
{{- if .Values.lifecycle -}}
{{- toYaml .Values.lifecycle -}}
{{- else if gt (int .Values.preStopSleepSeconds) 0 -}}
preStop:
  sleep:
    seconds: {{ int .Values.preStopSleepSeconds }}
{{- end -}}
{{- end -}}

{{- define "service.container" -}}
name: {{ .Chart.Name }}
image: {{ include "service.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
ports:
  - name: http
    containerPort: {{ int .Values.ports.http }}
    protocol: TCP
  - name: admin
    containerPort: {{ int .Values.ports.admin }}
    protocol: TCP
{{- with include "service.inboundSmtpPort" . }}
  - name: smtp
    containerPort: {{ . }}
    protocol: TCP
{{- end }}
env:
  {{- include "service.env" . | nindent 2 }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- include "service.render" (dict "value" . "context" $) | nindent 2 }}
{{- end }}
{{ include "service.probes" . | trim }}
{{- with include "service.lifecycle" . }}
lifecycle:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "service.volumeMounts" . | nindent 2 }}
{{- end -}}
