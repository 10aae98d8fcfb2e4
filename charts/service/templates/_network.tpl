{{/* `ports` as a policy lists them: a dict of `ports` and, unless all are TCP, `protocols`. */}}
{{- define "service.policyPorts" -}}
{{- range $port := .ports }}
{{- range $protocol := $.protocols | default (list "TCP") }}
- port: {{ ternary $port ($port | int) (kindIs "string" $port) }}
  protocol: {{ $protocol }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One rule. No peers: anywhere, on these ports. */}}
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
    {{- with .ingress.extra }}
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
    {{- end }}
  egress:
    {{- include "service.policyEgress" $ | nindent 4 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.policyEgress" -}}
{{- $egress := .Values.networkPolicy.egress -}}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.dns.to "ports" $egress.dns.ports "protocols" (list "UDP" "TCP") "context" .) }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.rabbitmq.to "ports" $egress.rabbitmq.ports "context" .) }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.mongodb.to "ports" $egress.mongodb.ports "context" .) }}
{{- if (include "service.settings" . | fromYaml).telemetry.endpoint }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.telemetry.to "ports" $egress.telemetry.ports "context" .) }}
{{- end }}
{{- if $egress.providers.enabled }}
{{ include "service.policyRule" (dict "direction" "to" "peers" $egress.providers.to "ports" $egress.providers.ports "context" .) }}
{{- end }}
{{- with $egress.extra }}
{{ include "service.render" (dict "value" . "context" $) }}
{{- end }}
{{- end -}}
