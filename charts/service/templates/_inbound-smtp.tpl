{{/* The port for mail that comes back, of the one service that can have it; empty: none. */}}
{{- define "service.inboundSmtpPort" -}}
{{- with .Values.inboundSmtp }}{{ with .port }}{{ int . }}{{ end }}{{ end -}}
{{- end -}}

{{/* The secret with the certificate of that port; empty: none. */}}
{{- define "service.inboundSmtpTls" -}}
{{- if include "service.inboundSmtpPort" . }}{{ .Values.inboundSmtp.tls.existingSecret }}{{ end -}}
{{- end -}}

{{- define "service.inboundSmtpEnv" -}}
{{- with include "service.inboundSmtpPort" . }}
- name: INBOUND_SMTP_PORT
  value: {{ . | quote }}
{{- end }}
{{- if include "service.inboundSmtpTls" . }}
- name: INBOUND_SMTP_CERT
  value: /etc/herald/smtp-tls/tls.crt
- name: INBOUND_SMTP_KEY
  value: /etc/herald/smtp-tls/tls.key
{{- end }}
{{- end -}}

{{/* A Service of its own: one that mail servers reach from outside must not show the API's port. */}}
{{- define "service.inboundSmtpService" -}}
{{- if include "service.inboundSmtpPort" . -}}
{{- $service := .Values.inboundSmtp.service -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.fullname" . | trunc 58 | trimSuffix "-" }}-smtp
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
    {{- with $service.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $service.annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  type: {{ $service.type }}
  {{- with .Values.service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
  {{- end }}
  selector:
    {{- include "service.selectorLabels" . | nindent 4 }}
  ports:
    - name: smtp
      port: {{ int $service.port }}
      targetPort: smtp
      protocol: TCP
{{- end -}}
{{- end -}}

{{/* Mistakes in the values of mail that comes back, a line each. */}}
{{- define "service.inboundMailFaults" -}}
{{- if and (hasKey .Values "inboundSmtp") (not .Values.extraEnvFrom) -}}
{{- $settings := include "service.settings" . | fromYaml -}}
{{- $address := or $settings.bounceAddress (include "service.hasOwnEnv" (dict "name" "BOUNCE_ADDRESS" "context" .)) -}}
{{- $reads := or (include "service.inboundSmtpPort" .) (include "service.hasCredential" (dict "name" "BOUNCE_IMAP_URL" "context" .)) -}}
{{- if and $address (not $reads) }}
bounceAddress is set, but nothing reads it: set inboundSmtp.port, or credentials.BOUNCE_IMAP_URL to the secret of its mailbox.
{{- end }}
{{- if and $reads (not $address) }}
inboundSmtp.port and credentials.BOUNCE_IMAP_URL go with bounceAddress, which is not set (or global.herald.bounceAddress, for all services).
{{- end }}
{{- end -}}
{{- end -}}
