{{/* The backend is always the API's port of the chart's own Service. */}}
{{- define "service.ingress" -}}
{{- with .Values.ingress -}}
{{- if .enabled -}}
{{- $app := include "service.app" $ | fromYaml -}}
{{- $paths := list -}}
{{- range $app.routes }}{{ $paths = append $paths (dict "path" .path) }}{{ end -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "service.fullname" $ }}
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "service.labels" $ | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  {{- with .className }}
  ingressClassName: {{ . }}
  {{- end }}
  rules:
    {{- range .hosts }}
    - host: {{ include "service.render" (dict "value" .host "context" $) | quote }}
      http:
        paths:
          {{- range .paths | default $paths }}
          - path: {{ .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ include "service.fullname" $ }}
                port:
                  name: http
          {{- end }}
    {{- end }}
  {{- with .tls }}
  tls:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.httpRoute" -}}
{{- with .Values.httpRoute -}}
{{- if .enabled -}}
{{- $route := . -}}
{{- $app := include "service.app" $ | fromYaml -}}
{{- $backend := list (dict "name" (include "service.fullname" $) "port" (int $.Values.service.port)) -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {{ include "service.fullname" $ }}
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "service.labels" $ | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .annotations }}
  annotations:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
spec:
  parentRefs:
    {{- include "service.render" (dict "value" .parentRefs "context" $) | nindent 4 }}
  {{- with .hostnames }}
  hostnames:
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
  rules:
    {{- if .rules }}
    {{- range .rules }}
    - {{ merge (deepCopy .) (dict "backendRefs" $backend) | toYaml | nindent 6 | trim }}
    {{- end }}
    {{- else }}
    - matches:
        {{- range $app.routes }}
        - path:
            type: PathPrefix
            value: {{ .path }}
          {{- with .method }}
          method: {{ . }}
          {{- end }}
        {{- end }}
      {{- with $route.filters }}
      filters:
        {{- include "service.render" (dict "value" . "context" $) | nindent 8 }}
      {{- end }}
      {{- with $route.timeouts }}
      timeouts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      backendRefs:
        {{- toYaml $backend | nindent 8 }}
    {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
