{{- define "herald.app" -}}
component: overview
{{- end -}}
