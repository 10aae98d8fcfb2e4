{{- define "service.notes" -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- $settings := include "service.settings" . | fromYaml -}}
{{- $fullname := include "service.fullname" . -}}
{{ .Chart.Name }} {{ .Chart.AppVersion }} is installed as {{ $fullname }} in {{ .Release.Namespace }}.

  API          {{ include "service.url" . }} (in the cluster)
{{- if .Values.ingress.enabled }}
{{- range .Values.ingress.hosts }}
               {{ ternary "https" "http" (gt (len $.Values.ingress.tls) 0) }}://{{ include "service.render" (dict "value" .host "context" $) }}
{{- end }}
{{- end }}
{{- if .Values.httpRoute.enabled }}
{{- range .Values.httpRoute.hostnames }}
               {{ include "service.render" (dict "value" . "context" $) }} (through the gateway)
{{- end }}
{{- end }}
  Metrics      kubectl -n {{ .Release.Namespace }} port-forward deploy/{{ $fullname }} {{ int .Values.ports.admin }}  then http://localhost:{{ int .Values.ports.admin }}/metrics
  Replicas     {{ if .Values.keda.enabled }}{{ int .Values.keda.minReplicaCount }} to {{ int .Values.keda.maxReplicaCount }}, scaled by KEDA{{ else if .Values.autoscaling.enabled }}{{ int .Values.autoscaling.minReplicas }} to {{ int .Values.autoscaling.maxReplicas }}, scaled by a HorizontalPodAutoscaler{{ else }}{{ int .Values.replicaCount }}, not scaled{{ end }}
{{- with $app.queues }}
  Queues       {{ join ", " . }}
{{- end }}
  Secrets      {{ $settings.rabbitmq.existingSecret | default "(none)" }}: {{ $settings.rabbitmq.urlKey | default (printf "%s, %s, %s, %s" $settings.rabbitmq.hostKey $settings.rabbitmq.portKey $settings.rabbitmq.usernameKey $settings.rabbitmq.passwordKey) }}
               {{ $settings.mongodb.existingSecret | default "(none)" }}: {{ $settings.mongodb.key }}
               {{ $settings.secrets.existingSecret }}: link-secret, and one key for each secret of a source
{{- with $settings.apiKeys.existingSecret }}
               {{ . }}: {{ $settings.apiKeys.key }}
{{- end }}
{{- range $name, $from := .Values.credentials }}
{{- with $from.existingSecret }}
               {{ . }}: {{ $from.key }} (as {{ $name }})
{{- end }}
{{- end }}
{{- if hasKey .Values.config "consoleChannels" }}
  Channels     providers by channel:
{{- include "service.channels" . }}
{{- end }}
{{- if .Values.test.enabled }}
  Try it       helm test {{ .Release.Name }} -n {{ .Release.Namespace }}
{{- end }}
{{- if not .Values.resources.limits }}

WARNING: resources.limits.memory is not set, so Node chooses the size of the heap.
{{- end }}
{{- if and $app.migrate (eq (include "service.migrateMode" .) "off") }}

WARNING: migrate.mode is off: run `{{ join " " $app.migrate }}` yourself before each new version.
{{- end }}
{{- if and .Values.keda.enabled (not .Values.keda.transferHpaOwnership) }}

If a HorizontalPodAutoscaler of this chart has scaled {{ $fullname }} so far, KEDA refuses to take over: set keda.transferHpaOwnership=true for this upgrade.
{{- end }}
{{- end -}}
