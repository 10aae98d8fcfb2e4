{{/*
Shared settings are set once in `global.herald`; each service can override them. A field that the service leaves empty
comes from there, else from the defaults here. A switch is on if either turns it on.
*/}}
{{- define "service.settings" -}}
{{- $own := deepCopy (pick .Values "rabbitmq" "mongodb" "apiKeys" "secrets" "publicUrl" "bounceAddress" "telemetry" "trustedCa" "serviceMonitor" "podMonitor" "prometheusRule" "dashboards") -}}
{{- $global := dig "herald" dict (.Values.global | default dict) | deepCopy -}}
{{- $defaults := dict
  "rabbitmq" (dict "scheme" "amqp" "hostKey" "host" "portKey" "port" "usernameKey" "username" "passwordKey" "password")
  "mongodb" (dict "key" "connectionString.standardSrv")
  "apiKeys" (dict "key" "api-keys.yaml")
  "trustedCa" (dict "key" "ca.crt")
  "telemetry" (dict "protocol" "http/protobuf")
  "serviceMonitor" (dict "interval" "30s" "scrapeTimeout" "10s")
  "podMonitor" (dict "interval" "30s" "scrapeTimeout" "10s")
  "dashboards" (dict "labelKey" "grafana_dashboard" "labelValue" "1" "folderAnnotation" "grafana_folder" "folder" "Herald") -}}
{{- merge $own $global $defaults | toYaml -}}
{{- end -}}

{{/* A duration (`PT25S`, `PT1M30S`, or seconds) in whole seconds, rounded up. */}}
{{- define "service.seconds" -}}
{{- $text := include "service.text" . -}}
{{- if hasPrefix "PT" $text -}}
{{- $hours := regexFind "[0-9]+H" $text | trimSuffix "H" | int -}}
{{- $minutes := regexFind "[0-9]+M" $text | trimSuffix "M" | int -}}
{{- $seconds := regexFind "[0-9.]+S" $text | trimSuffix "S" | float64 | ceil | int -}}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- else -}}
{{- $text | float64 | ceil | int -}}
{{- end -}}
{{- end -}}

{{/* A quantity of memory in whole MiB, rounded down. */}}
{{- define "service.mebibytes" -}}
{{- $text := include "service.text" . -}}
{{- $number := regexFind "^[0-9.]+" $text | float64 -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $unit := regexFind "[a-zA-Z]*$" $text -}}
{{- if not (hasKey $factors $unit) -}}
{{- fail (printf "resources.limits.memory is %q; expected a number with Ki, Mi, Gi, k, M or G, such as 512Mi." $text) -}}
{{- end -}}
{{- divf (mulf $number (get $factors $unit)) 1048576 | floor | int64 -}}
{{- end -}}

{{/* Whether something other than the chart sets the number of replicas. */}}
{{- define "service.isScaled" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled -}}yes{{- end -}}
{{- end -}}
