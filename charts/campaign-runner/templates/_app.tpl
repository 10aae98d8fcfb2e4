{{- define "campaign-runner.app" -}}
component: campaign-runner
queues:
  - campaign-runner.applied
  - campaign-runner.due
# The kind in herald_waits_due_soon of this service.
waits: wait
routes:
  - path: /v1/campaigns
  - path: /v1/enrollments
  - path: /schemas
{{- end -}}
