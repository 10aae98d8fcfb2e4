{{/* All objects of a service, in reading order. */}}
{{- define "service.manifests" -}}
{{- include "service.validate" . -}}
{{- $manifests := list
  (include "service.serviceAccount" .)
  (include "service.apiKeysConfigMap" .)
  (include "service.migrateNetworkPolicy" .)
  (include "service.migrateJob" .)
  (include "service.deployment" .)
  (include "service.service" .)
  (include "service.inboundSmtpService" .)
  (include "service.horizontalPodAutoscaler" .)
  (include "service.triggerAuthentication" .)
  (include "service.scaledObject" .)
  (include "service.podDisruptionBudget" .)
  (include "service.networkPolicy" .)
  (include "service.ingress" .)
  (include "service.httpRoute" .)
  (include "service.serviceMonitor" .)
  (include "service.podMonitor" .)
  (include "service.prometheusRule" .)
  (include "service.dashboards" .) -}}
{{- range .Values.extraObjects -}}
{{- $manifests = append $manifests (include "service.render" (dict "value" . "context" $)) -}}
{{- end -}}
{{- range $manifests }}
{{- with . | trim }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end -}}
