{{/*
A Pod for `helm test` from the service's own image: a dict of `context` (for image and placement), `name`, `command`,
`env` (a list), and optionally `volumeMounts` and `volumes`. No service selects its labels.
*/}}
{{- define "service.testPod" -}}
{{- $given := . -}}
{{- with .context -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ $given.name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" (dict "context" . "name" (printf "%s-test" (include "service.name" .))) | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  {{- include "service.placement" . | nindent 2 }}
  containers:
    - name: test
      image: {{ include "service.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command:
        {{- toYaml $given.command | nindent 8 }}
      {{- with $given.env }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      resources:
        requests:
          cpu: 50m
          memory: 64Mi
        limits:
          memory: 128Mi
{{- end -}}
{{- end -}}

{{- define "service.url" -}}
http://{{ include "service.fullname" . }}:{{ int .Values.service.port }}
{{- end -}}

{{/*
The API answers through its Service. Only the status is read. The body is cancelled: one that nobody reads would hold
its connection, and so the pod, until the server closes it, a minute later.
*/}}
{{- define "service.test" -}}
{{- if .Values.test.enabled -}}
{{- $program := "const url = process.argv[1]; const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) }); await answer.body?.cancel(); if (!answer.ok) throw new Error(`${url} answered ${answer.status}`); console.log(`${url} answers`);" -}}
{{- include "service.testPod" (dict
  "context" .
  "name" (printf "%s-test" (include "service.fullname" .))
  "command" (list "node" "--input-type=module" "--eval" $program (printf "%s/openapi.json" (include "service.url" .)))) -}}
{{- end -}}
{{- end -}}
