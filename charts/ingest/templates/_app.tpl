{{/* The routes that the world may reach. What administers (sources, dead letters, documentation) is not among them. */}}
{{- define "ingest.app" -}}
component: ingest
queues: []
routes:
  - path: /v1/events
    method: POST
  - path: /hooks
  - path: /callbacks
  - path: /u
  - path: /t
{{- end -}}
