{{- define "service.utilization" -}}
- type: Resource
  resource:
    name: {{ .name }}
    target:
      type: Utilization
      averageUtilization: {{ int .target }}
{{- end -}}

{{/* Several metrics: the largest answer wins. */}}
{{- define "service.horizontalPodAutoscaler" -}}
{{- with .Values.autoscaling -}}
{{- if .enabled -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
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
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "service.fullname" $ }}
  minReplicas: {{ int .minReplicas }}
  maxReplicas: {{ int .maxReplicas }}
  metrics:
    {{- with .targetCPUUtilizationPercentage }}
    {{- include "service.utilization" (dict "name" "cpu" "target" .) | nindent 4 }}
    {{- end }}
    {{- with .targetMemoryUtilizationPercentage }}
    {{- include "service.utilization" (dict "name" "memory" "target" .) | nindent 4 }}
    {{- end }}
    {{- range .externalMetrics }}
    - type: External
      external:
        {{- include "service.render" (dict "value" . "context" $) | nindent 8 }}
    {{- end }}
    {{- with .additionalMetrics }}
    {{- include "service.render" (dict "value" . "context" $) | nindent 4 }}
    {{- end }}
  {{- with .behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
