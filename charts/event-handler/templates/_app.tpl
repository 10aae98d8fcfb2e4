{{- define "event-handler.app" -}}
component: event-handler
queues:
  - event-handler.events
migrate: [node, apps/event-handler/src/migrate.ts]
routes:
  - path: /v1/prospects
  - path: /v1/companies
  - path: /v1/suppressions
  - path: /v1/events
    method: GET
{{- end -}}
