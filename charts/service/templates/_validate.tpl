{{/* Reports all mistakes in the values at once, when rendering, each with the change to make. */}}
{{- define "service.validate" -}}
{{- $settings := include "service.settings" . | fromYaml -}}
{{- $app := include "service.app" . | fromYaml -}}
{{- $faults := list -}}

{{- if and (not $settings.rabbitmq.existingSecret) (not (include "service.hasOwnEnv" (dict "name" "AMQP_URL" "context" .))) -}}
{{- $faults = append $faults "rabbitmq.existingSecret is not set: name the secret that says where RabbitMQ is (or global.herald.rabbitmq.existingSecret, for all services)." -}}
{{- end -}}
{{- if and (not $settings.mongodb.existingSecret) (not (include "service.hasOwnEnv" (dict "name" "MONGODB_URI" "context" .))) -}}
{{- $faults = append $faults "mongodb.existingSecret is not set: name the secret that says where MongoDB is (or global.herald.mongodb.existingSecret, for all services)." -}}
{{- end -}}
{{- if not (or $settings.apiKeys.existingSecret $settings.apiKeys.keys) -}}
{{- $faults = append $faults "apiKeys.existingSecret is not set: name the secret with the file of API keys, or give the keys' hashes in apiKeys.keys (or the same under global.herald.apiKeys)." -}}
{{- end -}}
{{- if not $settings.secrets.existingSecret -}}
{{- $faults = append $faults "secrets.existingSecret is not set: name the secret that holds link-secret and the secrets of sources (or global.herald.secrets.existingSecret, for all services)." -}}
{{- end -}}

{{- if and (not (dig "imageRegistry" "" (.Values.global | default dict))) (not .Values.image.registry) (hasPrefix "herald/" .Values.image.repository) -}}
{{- $faults = append $faults (printf "image.registry is not set: %s would come from Docker Hub, where that name is somebody else's. Set image.registry (or global.imageRegistry, for all services) to where you pushed the images." .Values.image.repository) -}}
{{- end -}}
{{- if and (hasKey .Values.config "consoleChannels") (not .Values.config.consoleChannels) (not .Values.extraEnvFrom) (not (include "service.sends" .)) -}}
{{- $faults = append $faults "nothing sends a message: set credentials.SMTP_URL, SENDGRID_API_KEY or TWILIO_ACCOUNT_SID to the secret of a provider. To try things out, config.consoleChannels=email,sms,call shows messages in the log and counts them as sent." -}}
{{- end -}}

{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- $faults = append $faults "autoscaling.enabled and keda.enabled are both on: two scalers would fight over one Deployment. Turn one off." -}}
{{- end -}}
{{- if .Values.autoscaling.enabled -}}
{{- with .Values.autoscaling -}}
{{- if lt (int .maxReplicas) (int .minReplicas) -}}
{{- $faults = append $faults (printf "autoscaling.maxReplicas (%d) is less than autoscaling.minReplicas (%d): raise the first or lower the second." (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- if not (or .targetCPUUtilizationPercentage .targetMemoryUtilizationPercentage .externalMetrics .additionalMetrics) -}}
{{- $faults = append $faults "autoscaling.enabled is on but there is nothing to scale by: set autoscaling.targetCPUUtilizationPercentage, externalMetrics or additionalMetrics." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $resource, $asked := dict
  "cpu" (or (and .Values.autoscaling.enabled .Values.autoscaling.targetCPUUtilizationPercentage) (and .Values.keda.enabled .Values.keda.targetCPUUtilizationPercentage))
  "memory" (and .Values.autoscaling.enabled .Values.autoscaling.targetMemoryUtilizationPercentage) -}}
{{- if and $asked (not (dig "requests" $resource "" $.Values.resources)) -}}
{{- $faults = append $faults (printf "resources.requests.%s is not set, but a scaler has a target for it: utilisation is a share of the request, so without one nothing would ever scale. Set it, or turn the target off." $resource) -}}
{{- end -}}
{{- end -}}

{{- if .Values.keda.enabled -}}
{{- with .Values.keda -}}
{{- if lt (int .maxReplicaCount) (int .minReplicaCount) -}}
{{- $faults = append $faults (printf "keda.maxReplicaCount (%d) is less than keda.minReplicaCount (%d): raise the first or lower the second." (int .maxReplicaCount) (int .minReplicaCount)) -}}
{{- end -}}
{{- if and .rabbitmq.enabled $app.queues -}}
{{- if not $settings.rabbitmq.managementUrl -}}
{{- $faults = append $faults "rabbitmq.managementUrl is not set, but KEDA asks the management API how long the queues are: set it, such as http://rabbitmq.rabbitmq.svc:15672, or turn keda.rabbitmq.enabled off." -}}
{{- end -}}
{{- if and $settings.rabbitmq.urlKey (not (or .rabbitmq.existingSecret .rabbitmq.authenticationRef)) -}}
{{- $faults = append $faults "rabbitmq.urlKey holds a whole URL, from which KEDA cannot take user and password: name a secret with those two in keda.rabbitmq.existingSecret, or a TriggerAuthentication in keda.rabbitmq.authenticationRef." -}}
{{- end -}}
{{- end -}}
{{- if and .dueSoon.enabled $app.waits (not .dueSoon.serverAddress) -}}
{{- $faults = append $faults "keda.dueSoon.serverAddress is not set, but KEDA asks Prometheus what is due soon: set it, such as http://prometheus-operated.monitoring.svc:9090, or turn keda.dueSoon.enabled off." -}}
{{- end -}}
{{- if not (include "service.kedaTriggers" $ | trim) -}}
{{- $faults = append $faults "keda.enabled is on but there is no trigger: set keda.targetCPUUtilizationPercentage or keda.triggers." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- with .Values.podDisruptionBudget -}}
{{- if and .enabled (not (kindIs "invalid" .minAvailable)) (not (kindIs "invalid" .maxUnavailable)) -}}
{{- $faults = append $faults "podDisruptionBudget has both minAvailable and maxUnavailable: Kubernetes takes one of them. Set the other to null." -}}
{{- end -}}
{{- if and .enabled (kindIs "invalid" .minAvailable) (kindIs "invalid" .maxUnavailable) -}}
{{- $faults = append $faults "podDisruptionBudget has neither minAvailable nor maxUnavailable: set one of them, or turn podDisruptionBudget.enabled off." -}}
{{- end -}}
{{- end -}}

{{- range .Values.extraEnv -}}
{{- if eq .name "SHUTDOWN_TIMEOUT" -}}
{{- $faults = append $faults "extraEnv sets SHUTDOWN_TIMEOUT: set config.shutdownTimeout instead, so that the grace period can be checked against it." -}}
{{- end -}}
{{- end -}}
{{- if not .Values.lifecycle -}}
{{- $stop := include "service.seconds" .Values.config.shutdownTimeout | int -}}
{{- $needed := add (int .Values.preStopSleepSeconds) $stop -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- $faults = append $faults (printf "terminationGracePeriodSeconds (%d) is too short: preStopSleepSeconds (%d) and config.shutdownTimeout (%d s) take %d seconds, after which work in hand would be killed. Set it to at least %d." (int .Values.terminationGracePeriodSeconds) (int .Values.preStopSleepSeconds) $stop $needed (add $needed 5)) -}}
{{- end -}}
{{- end -}}

{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- $faults = append $faults "ingress.enabled is on without a host: add one to ingress.hosts, such as [{host: events.example.com}]." -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- $faults = append $faults "httpRoute.enabled is on without a gateway: name it in httpRoute.parentRefs, such as [{name: public, namespace: gateways}]." -}}
{{- end -}}
{{- if and $settings.serviceMonitor.enabled $settings.podMonitor.enabled -}}
{{- $faults = append $faults "serviceMonitor.enabled and podMonitor.enabled are both on: each pod would be scraped twice and every rate doubled. Turn one off." -}}
{{- end -}}
{{- if and .Values.service.clusterIP (ne .Values.service.type "ClusterIP") -}}
{{- $faults = append $faults "service.clusterIP is only for service.type ClusterIP: remove it or change the type." -}}
{{- end -}}
{{- if and $settings.serviceMonitor.enabled (ne .Values.service.type "ClusterIP") -}}
{{- $faults = append $faults "serviceMonitor.enabled needs the admin port in the Service, which is left out of a Service reachable from outside the cluster: use podMonitor instead, or service.type ClusterIP." -}}
{{- end -}}

{{- with include "service.inboundMailFaults" . | trim -}}
{{- $faults = concat $faults (splitList "\n" .) -}}
{{- end -}}

{{- with $faults -}}
{{- fail (printf "\n\n%s cannot be rendered:\n  - %s\n" $.Chart.Name (join "\n  - " .)) -}}
{{- end -}}
{{- end -}}

{{- define "service.hasOwnEnv" -}}
{{- range .context.Values.extraEnv -}}
{{- if eq .name $.name -}}yes{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the pods get an environment variable from `credentials` or `extraEnv`. */}}
{{- define "service.hasCredential" -}}
{{- if dig .name "existingSecret" "" (.context.Values.credentials | default dict) -}}yes
{{- else -}}{{- include "service.hasOwnEnv" . -}}
{{- end -}}
{{- end -}}

{{/* Whether there is a provider for e-mail, texts or calls. */}}
{{- define "service.sends" -}}
{{- range list "SMTP_URL" "SENDGRID_API_KEY" "TWILIO_ACCOUNT_SID" -}}
{{- include "service.hasCredential" (dict "name" . "context" $) -}}
{{- end -}}
{{- end -}}

{{/* One line for each channel with its providers, for the notes. */}}
{{- define "service.channels" -}}
{{- $shown := regexSplit "[\\s,]+" (.Values.config.consoleChannels | default "") -1 -}}
{{- $email := list -}}
{{- range $name, $provider := dict "SENDGRID_API_KEY" "SendGrid" "SMTP_URL" "SMTP" -}}
{{- if include "service.hasCredential" (dict "name" $name "context" $) }}{{ $email = append $email $provider }}{{ end -}}
{{- end -}}
{{- $phone := ternary (list "Twilio") list (ne (include "service.hasCredential" (dict "name" "TWILIO_ACCOUNT_SID" "context" .)) "") -}}
{{- range $channel, $providers := dict "email" $email "sms" $phone "call" $phone }}
{{- if $providers }}
               {{ $channel }}: {{ join ", " $providers }}
{{- else if has $channel $shown }}
               {{ $channel }}: WARNING: shown in the log and counted as sent, not sent (config.consoleChannels)
{{- else }}
               {{ $channel }}: WARNING: no provider; its messages fail as no_provider
{{- end }}
{{- end }}
{{- end -}}
