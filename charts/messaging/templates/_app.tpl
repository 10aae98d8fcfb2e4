{{- define "messaging.app" -}}
component: messaging
queues:
  - messaging.send
  - messaging.applied
# The kind in herald_waits_due_soon of this service.
waits: send
routes:
  - path: /v1/templates
  - path: /v1/messages
  - path: /v1/settings
  - path: /v1/channels
{{- end -}}
