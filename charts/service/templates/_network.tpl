{{/* `ports` as a policy lists them: a dict of `ports` and, unless all are TCP, `protocols`. */}}
{{- define "service.policyPorts" -}}
{{- range $port := .ports }}
{{- range $protocol := $.protocols | default (list "TCP") }}
- port: {{ ternary $port ($port | int) (kindIs "string" $port) }}
  protocol: {{ $protocol }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One rule. Without peers: any address, on these ports. */}}
{{- define "service.policyRule" -}}
- ports:
    {{- include "service.policyPorts" . | trim | nindent 4 }}
  {{- with .peers }}
  {{ $.direction }}:
    {{- include "service.render" (dict "value" . "context" $.context) | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "service.networkPolicy" -}}
{{- with .Values.networkPolicy -}}
{{- if .enabled -}}
{{- $policy := . -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service.fullname" $ }}
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "service.labels" $ | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "service.selectorLabels" $ | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  ingress:
    {{- $http := .ingress.http }}
    {{- if $http }}{{ $http = append $http (dict "podSelector" (dict "matchLabels" (dict "app.kubernetes.io/instance" $.Release.Name "app.kubernetes.io/part-of" "herald"))) }}{{ end }}
    {{- include "service.policyRule" (dict "direction" "from" "peers" $http "ports" (list "http") "context" $) | nindent 4 }}
    {{- include "service.policyRule" (dict "direction" "from" "peers" .ingress.metrics "ports" (list "admin") "context" $) | nindent 4 }}
    {{- if include "service.inboundSmtpPort" $ }}
    {{- include "service.policyRule" (dict "direction" "from" "peers" .ingress.smtp "ports" (list "smtp") "context" $) | nindent 4 }}
    {{- end }}
    {{- with .ingress.extra }}
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
    {{- end }}
  egress:
    {{- include "service.policyEgress" $ | nindent 4 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The port of a URL, if it names one. */}}
{{- define "service.portOfUrl" -}}
{{- regexFind ":[0-9]+(/|$)" . | trimPrefix ":" | trimSuffix "/" -}}
{{- end -}}

{{/* The networks of a list, such as `config.webhookAllow`: peers of a rule. A single address is a network of one. */}}
{{- define "service.networks" -}}
{{- range regexSplit "[\\s,]+" (. | default "") -1 -}}
{{- if . }}
- ipBlock:
    cidr: {{ ternary . (printf "%s/%s" . (ternary "128" "32" (contains ":" .))) (contains "/" .) | quote }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name servers of `config.dnsServers`: `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. */}}
{{- define "service.policyNameServers" -}}
{{- range regexSplit "[\\s,]+" (.Values.config.dnsServers | default "") -1 }}
{{- if . }}
{{- $port := regexFind "^([0-9.]+|\\[.*\\]):[0-9]+$" . | regexFind ":[0-9]+$" }}
{{- $peers := trimSuffix $port . | trimAll "[]" | include "service.networks" | fromYamlArray }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $peers "ports" (list ($port | trimPrefix ":" | default "53" | int)) "protocols" (list "UDP" "TCP") "context" $) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "service.policyEgress" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{- $settings := include "service.settings" . | fromYaml -}}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.dns.to "ports" $egress.dns.ports "protocols" (list "UDP" "TCP") "context" .) }}
{{- include "service.policyNameServers" . }}
{{- $broker := $egress.rabbitmq.ports }}
{{- with $settings.rabbitmq.port }}{{ $broker = append $broker (int .) | uniq }}{{ end }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.rabbitmq.to "ports" $broker "context" .) }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.mongodb.to "ports" $egress.mongodb.ports "context" .) }}
{{- with $settings.telemetry.endpoint }}
{{- $ports := $egress.telemetry.ports }}
{{- with include "service.portOfUrl" . }}{{ $ports = append $ports (int .) | uniq }}{{ end }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.telemetry.to "ports" $ports "context" $) }}
{{- end }}
{{- if $egress.providers }}
{{- include "service.policyOutside" . }}
{{- end }}
{{- if and $egress.imap (include "service.hasCredential" (dict "name" "BOUNCE_IMAP_URL" "context" .)) }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.imap.to "ports" $egress.imap.ports "context" .) }}
{{- end }}
{{- with $egress.sns }}
{{- if .enabled }}
{{ include "service.policyRule" (dict "direction" "to" "peers" .to "ports" .ports "context" $) }}
{{- end }}
{{- end }}
{{- with $egress.extra }}
{{ include "service.render" (dict "value" . "context" $) }}
{{- end }}
{{- end -}}

{{/* Egress that only a sending service needs: providers, the mail server, receivers of webhooks. */}}
{{- define "service.policyOutside" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{- if $egress.providers.enabled }}
{{- $ports := $egress.providers.ports }}
{{- range list .Values.config.sendgridUrl .Values.config.twilioUrl }}
{{- with include "service.portOfUrl" (. | default "") }}{{ $ports = append $ports (int .) | uniq }}{{ end }}
{{- end }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.providers.to "ports" $ports "context" .) }}
{{- end }}
{{- if include "service.hasCredential" (dict "name" "SMTP_URL" "context" .) }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.smtp.to "ports" $egress.smtp.ports "context" .) }}
{{- end }}
{{- with $egress.mailServers }}
{{- if .enabled }}
{{ include "service.policyRule" (dict "direction" "to" "peers" .to "ports" .ports "context" $) }}
{{- with include "service.networks" $.Values.config.smtpAllow | trim }}
- ports:
    - { port: 1, endPort: 65535, protocol: TCP }
  to:
    {{- . | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
{{- if $egress.webhooks.enabled }}
- ports:
    - { port: 443, protocol: TCP }
    - { port: 1024, endPort: 65535, protocol: TCP }
  {{- with $egress.webhooks.to }}
  to:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
{{- with include "service.networks" (printf "%s,%s" (.Values.config.webhookAllow | default "") (.Values.config.attachmentAllow | default "")) | trim }}
- ports:
    - { port: 80, protocol: TCP }
    - { port: 443, protocol: TCP }
    - { port: 1024, endPort: 65535, protocol: TCP }
  to:
    {{- . | nindent 4 }}
{{- end }}
{{- end }}
{{- end -}}
