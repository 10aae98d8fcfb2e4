{{/* Common part of ServiceMonitor and PodMonitor: the endpoint of the admin port. */}}
{{- define "service.scrape" -}}
port: admin
path: /metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .honorLabels }}
honorLabels: {{ . }}
{{- end }}
{{- with .relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A dict of `kind`, `endpoints` (the field's name), `monitor` and `context`. */}}
{{- define "service.monitor" -}}
{{- with .monitor -}}
{{- if .enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ $.kind }}
metadata:
  name: {{ include "service.fullname" $.context }}
  namespace: {{ .namespace | default $.context.Release.Namespace }}
  labels:
    {{- merge (include "service.labels" $.context | fromYaml) (deepCopy (.labels | default dict)) | toYaml | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .jobLabel }}
  jobLabel: {{ . }}
  {{- end }}
  {{- with .sampleLimit }}
  sampleLimit: {{ int . }}
  {{- end }}
  {{- with .targetLabels }}
  targetLabels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .podTargetLabels }}
  podTargetLabels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  namespaceSelector:
    matchNames:
      - {{ $.context.Release.Namespace }}
  selector:
    matchLabels:
      {{- include "service.selectorLabels" $.context | nindent 6 }}
  {{ $.endpoints }}:
    -
      {{- include "service.scrape" . | nindent 6 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.serviceMonitor" -}}
{{- include "service.monitor" (dict "kind" "ServiceMonitor" "endpoints" "endpoints" "monitor" (include "service.settings" . | fromYaml).serviceMonitor "context" .) -}}
{{- end -}}

{{- define "service.podMonitor" -}}
{{- $monitor := omit (include "service.settings" . | fromYaml).podMonitor "targetLabels" -}}
{{- include "service.monitor" (dict "kind" "PodMonitor" "endpoints" "podMetricsEndpoints" "monitor" $monitor "context" .) -}}
{{- end -}}

{{/*
One rule with the changes from the values: a dict of `rule` and `settings`. Empty for an alert that is off. A threshold
replaces the number at the end of the expression (`… > 5`).
*/}}
{{- define "service.rule" -}}
{{- $rule := deepCopy .rule -}}
{{- $settings := .settings -}}
{{- if not (hasKey $rule "alert") -}}
{{- toYaml $rule -}}
{{- else -}}
{{- $change := get ($settings.alerts | default dict) $rule.alert | default dict -}}
{{- if ne (dig "enabled" true $change) false -}}
{{- with get $change "for" }}{{ $_ := set $rule "for" . }}{{ end -}}
{{- $labels := merge (deepCopy (dig "labels" dict $change)) (deepCopy ($settings.extraAlertLabels | default dict)) (get $rule "labels" | default dict) -}}
{{- with get $change "severity" }}{{ $_ := set $labels "severity" . }}{{ end -}}
{{- if $labels }}{{ $_ := set $rule "labels" $labels }}{{ end -}}
{{- if hasKey $change "threshold" -}}
{{- $pattern := "([<>]=?)\\s*[0-9][0-9.e+-]*\\s*$" -}}
{{- if not (regexMatch $pattern (trim $rule.expr)) -}}
{{- fail (printf "prometheusRule.alerts.%s.threshold: the expression of this alert does not end in a comparison with a number. Turn it off (enabled: false) and write your own in prometheusRule.extraGroups." $rule.alert) -}}
{{- end -}}
{{- $_ := set $rule "expr" (regexReplaceAll $pattern (trim $rule.expr) (printf "${1} %s" (include "service.text" $change.threshold))) -}}
{{- end -}}
{{- with $settings.runbookBaseUrl -}}
{{- $annotations := get $rule "annotations" | default dict -}}
{{- $page := get $annotations "runbook_url" | default $rule.alert | base -}}
{{- $_ := set $annotations "runbook_url" (printf "%s/%s" (trimSuffix "/" .) $page) -}}
{{- $_ := set $rule "annotations" $annotations -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The chart's rules/*.yaml (plain files for promtool), with the changes from the values. */}}
{{- define "service.prometheusRule" -}}
{{- $settings := (include "service.settings" . | fromYaml).prometheusRule -}}
{{- if $settings.enabled -}}
{{- $groups := list -}}
{{- $alerts := list -}}
{{- range $path, $bytes := .Files.Glob "rules/*.yaml" -}}
{{- range (toString $bytes | fromYaml).groups -}}
{{- $rules := list -}}
{{- range .rules -}}
{{- with get . "alert" }}{{ $alerts = append $alerts . }}{{ end -}}
{{- with include "service.rule" (dict "rule" . "settings" $settings) }}{{ $rules = append $rules (fromYaml .) }}{{ end -}}
{{- end -}}
{{- if $rules }}{{ $groups = append $groups (merge (dict "rules" $rules) .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range $alert, $_ := .Values.prometheusRule.alerts -}}
{{- if not (has $alert $alerts) -}}
{{- fail (printf "prometheusRule.alerts.%s: %s has no such alert. It has: %s." $alert $.Chart.Name (join ", " $alerts | default "none")) -}}
{{- end -}}
{{- end -}}
{{- $groups = concat $groups ($settings.extraGroups | default list) -}}
{{- if $groups -}}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ include "service.fullname" . }}
  namespace: {{ $settings.namespace | default .Release.Namespace }}
  labels:
    {{- merge (include "service.labels" . | fromYaml) (deepCopy ($settings.labels | default dict)) | toYaml | nindent 4 }}
  {{- with $settings.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  groups:
    {{- toYaml $groups | nindent 4 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A ConfigMap for each of the chart's dashboards/*.json, as Grafana's sidecar looks for them. */}}
{{- define "service.dashboards" -}}
{{- $settings := (include "service.settings" . | fromYaml).dashboards -}}
{{- if $settings.enabled -}}
{{- range $path, $bytes := .Files.Glob "dashboards/*.json" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ printf "%s-%s" (include "service.fullname" $) (base $path | trimSuffix ".json" | lower) | trunc 63 | trimSuffix "-" }}
  namespace: {{ $settings.namespace | default $.Release.Namespace }}
  labels:
    {{- merge (dict $settings.labelKey (toString $settings.labelValue)) (include "service.labels" $ | fromYaml) (deepCopy ($settings.labels | default dict)) | toYaml | nindent 4 }}
  {{- $annotations := deepCopy ($settings.annotations | default dict) }}
  {{- if and $settings.folderAnnotation $settings.folder }}{{ $_ := set $annotations $settings.folderAnnotation $settings.folder }}{{ end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  {{ base $path }}: |
    {{- toString $bytes | trim | nindent 4 }}
{{- end -}}
{{- end -}}
{{- end -}}
