{{- define "service.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{/*
Address of the broker: one key with a whole URL, or host, port, username and password, as in the cluster operator's
secret of the default user. User and password stay out of the URL, because they may contain any character.
*/}}
{{- define "service.brokerEnv" -}}
{{- $rabbitmq := .rabbitmq -}}
{{- $secret := $rabbitmq.existingSecret -}}
{{- if not $secret }}
{{- else if $rabbitmq.urlKey }}
{{ include "service.secretEnv" (dict "name" "AMQP_URL" "secret" $secret "key" $rabbitmq.urlKey) }}
{{- else }}
{{- if $rabbitmq.host }}
- name: AMQP_HOST
  value: {{ $rabbitmq.host | quote }}
{{- else }}
{{ include "service.secretEnv" (dict "name" "AMQP_HOST" "secret" $secret "key" $rabbitmq.hostKey) }}
{{- end }}
{{- if $rabbitmq.port }}
- name: AMQP_PORT
  value: {{ include "service.text" $rabbitmq.port | quote }}
{{- else }}
{{ include "service.secretEnv" (dict "name" "AMQP_PORT" "secret" $secret "key" $rabbitmq.portKey) }}
{{- end }}
{{ include "service.secretEnv" (dict "name" "AMQP_USERNAME" "secret" $secret "key" $rabbitmq.usernameKey) }}
{{ include "service.secretEnv" (dict "name" "AMQP_PASSWORD" "secret" $secret "key" $rabbitmq.passwordKey) }}
- name: AMQP_URL
  value: {{ printf "%s://$(AMQP_HOST):$(AMQP_PORT)%s" $rabbitmq.scheme (ternary (printf "/%s" (urlquery $rabbitmq.vhost)) "" (ne ($rabbitmq.vhost | default "") "")) | quote }}
{{- end }}
{{- end -}}

{{- define "service.telemetryEnv" -}}
{{- $telemetry := .settings.telemetry -}}
{{- if $telemetry.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ $telemetry.endpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ $telemetry.protocol | quote }}
- name: OTEL_SERVICE_NAME
  value: {{ .context.Chart.Name | quote }}
- name: OTEL_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- $attributes := merge (deepCopy ($telemetry.resourceAttributes | default dict)) (dict
  "service.namespace" "herald"
  "service.version" (include "service.version" .context)
  "k8s.namespace.name" .context.Release.Namespace
  "k8s.pod.name" "$(OTEL_POD_NAME)"
  "k8s.node.name" "$(OTEL_NODE_NAME)"
  "k8s.deployment.name" (include "service.fullname" .context)) }}
{{- $pairs := list }}
{{- range $name, $value := $attributes }}
{{- $pairs = append $pairs (printf "%s=%s" $name (include "service.text" $value)) }}
{{- end }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ join "," $pairs | quote }}
{{- with $telemetry.sampler }}
- name: OTEL_TRACES_SAMPLER
  value: {{ . | quote }}
{{- end }}
{{- with $telemetry.samplerArg }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ include "service.text" . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The heap grows up to a share of the memory limit; the rest is for buffers, threads and the garbage collector. */}}
{{- define "service.nodeOptions" -}}
{{- $options := list -}}
{{- with dig "limits" "memory" "" .Values.resources -}}
{{- $options = append $options (printf "--max-old-space-size=%d" (div (mul (include "service.mebibytes" . | int64) (int64 $.Values.heap.percent)) 100)) -}}
{{- end -}}
{{- with .Values.heap.nodeOptions -}}
{{- $options = append $options . -}}
{{- end -}}
{{- join " " $options -}}
{{- end -}}

{{- define "service.ownEnv" -}}
{{- $settings := include "service.settings" . | fromYaml -}}
- name: PORT
  value: {{ include "service.text" .Values.ports.http | quote }}
- name: ADMIN_PORT
  value: {{ include "service.text" .Values.ports.admin | quote }}
{{- with include "service.nodeOptions" . }}
- name: NODE_OPTIONS
  value: {{ . | quote }}
{{- end }}
- name: API_KEYS_FILE
  value: {{ printf "/etc/herald/api-keys/%s" $settings.apiKeys.key | quote }}
- name: SECRETS_DIR
  value: /etc/herald/secrets
{{- if $settings.trustedCa.existingSecret }}
- name: NODE_EXTRA_CA_CERTS
  value: {{ printf "/etc/herald/ca/%s" $settings.trustedCa.key | quote }}
{{- end }}
{{- with $settings.publicUrl }}
- name: PUBLIC_URL
  value: {{ . | quote }}
{{- end }}
{{- with $settings.bounceAddress }}
- name: BOUNCE_ADDRESS
  value: {{ . | quote }}
{{- end }}
{{- include "service.inboundSmtpEnv" . }}
{{- include "service.brokerEnv" $settings }}
{{- with $settings.mongodb.existingSecret }}
{{ include "service.secretEnv" (dict "name" "MONGODB_URI" "secret" . "key" $settings.mongodb.key) }}
{{- end }}
{{- range $name, $value := .Values.config }}
{{- $text := include "service.text" ($value | default "") }}
{{- if kindIs "float64" $value }}{{ $text = include "service.text" $value }}{{ end }}
{{- if ne $text "" }}
- name: {{ snakecase $name | upper }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- range $name, $from := .Values.credentials }}
{{- if $from.existingSecret }}
{{ include "service.secretEnv" (dict "name" $name "secret" $from.existingSecret "key" $from.key) }}
{{- end }}
{{- end }}
{{- include "service.telemetryEnv" (dict "settings" $settings "context" .) }}
{{- end -}}

{{/*
The chart's environment with `extraEnv` merged over it by name. A duplicate name would fail the install, because
server-side apply treats the list as a map. The order is kept, because `$(NAME)` reads only earlier entries.
*/}}
{{- define "service.env" -}}
{{- $all := concat (include "service.ownEnv" . | fromYamlArray) (include "service.render" (dict "value" .Values.extraEnv "context" .) | fromYamlArray) -}}
{{- $byName := dict -}}
{{- $names := list -}}
{{- range $all -}}
{{- if not (hasKey $byName .name) }}{{ $names = append $names .name }}{{ end -}}
{{- $_ := set $byName .name . -}}
{{- end -}}
{{- $merged := list -}}
{{- range $names }}{{ $merged = append $merged (get $byName .) }}{{ end -}}
{{- toYaml $merged -}}
{{- end -}}
