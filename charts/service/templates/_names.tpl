{{/* The description of a service by its chart: see templates/_app.tpl of each. */}}
{{- define "service.app" -}}
{{- include (printf "%s.app" .Chart.Name) . -}}
{{- end -}}

{{- define "service.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The names of release and chart, or only the first if it contains the second. At most 52 characters, so that suffixes fit into 63. */}}
{{- define "service.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "service.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name and instance: two releases in one namespace never share a pod. Nothing here may change with a version. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ include "service.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "service.version" -}}
{{- .Chart.AppVersion | replace "+" "_" | trunc 63 -}}
{{- end -}}

{{/* Labels of pods. Selectors win over added labels, so that no value can separate a Deployment from its pods. */}}
{{- define "service.podLabels" -}}
{{- $labels := include "service.selectorLabels" . | fromYaml -}}
{{- $own := dict "app.kubernetes.io/component" (include "service.app" . | fromYaml).component "app.kubernetes.io/part-of" "herald" -}}
{{- $global := dig "commonLabels" dict (.Values.global | default dict) -}}
{{- merge $labels (include "service.render" (dict "value" .Values.podLabels "context" .) | fromYaml) $own (deepCopy .Values.commonLabels) (deepCopy $global) | toYaml -}}
{{- end -}}

{{/* Labels of all other objects. Takes the context, or a dict of `context` and `name` for an object beside the service (its Job, its test). */}}
{{- define "service.labels" -}}
{{- $context := get . "context" | default . -}}
{{- with $context -}}
{{- $own := include "service.selectorLabels" . | fromYaml -}}
{{- $own = merge $own (dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (include "service.version" .)
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/component" (include "service.app" . | fromYaml).component
  "app.kubernetes.io/part-of" "herald") -}}
{{- $global := dig "commonLabels" dict (.Values.global | default dict) -}}
{{- $labels := merge $own (deepCopy .Values.commonLabels) (deepCopy $global) -}}
{{- with get $ "name" -}}
{{- $_ := set $labels "app.kubernetes.io/name" . -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}
{{- end -}}

{{- define "service.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "service.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
The image. A digest wins over the tag; the tag may itself be `tag@digest`, as Skaffold writes it, or a digest alone.
*/}}
{{- define "service.image" -}}
{{- $image := .Values.image -}}
{{- $registry := dig "imageRegistry" "" (.Values.global | default dict) | default $image.registry -}}
{{- $repository := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- $tag := $image.tag | default .Chart.AppVersion | toString -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else if hasPrefix "sha256:" $tag -}}
{{- printf "%s@%s" $repository $tag -}}
{{- else -}}
{{- printf "%s:%s" $repository $tag -}}
{{- end -}}
{{- end -}}

{{/* Pull secrets of the service and the global ones, as names or objects with a name; without duplicates. */}}
{{- define "service.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat .Values.imagePullSecrets (dig "imagePullSecrets" list (.Values.global | default dict)) -}}
{{- $names = append $names (ternary . (get (ternary dict . (kindIs "string" .)) "name") (kindIs "string" .)) -}}
{{- end -}}
{{- range uniq $names }}
- name: {{ . }}
{{- end -}}
{{- end -}}

{{/* A value with its templates rendered: a dict of `value` (a text, or anything that becomes YAML) and `context`. */}}
{{- define "service.render" -}}
{{- $text := ternary .value (toYaml .value) (kindIs "string" .value) -}}
{{- if contains "{{" $text -}}
{{- tpl $text .context -}}
{{- else -}}
{{- $text -}}
{{- end -}}
{{- end -}}

{{/* A scalar as text. Whole numbers without an exponent, which Helm would print from a million on. */}}
{{- define "service.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{- int64 . -}}{{- else -}}{{- . -}}{{- end -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}
