/** Field numbers of the messages that kubectl sends as protobuf, of Kubernetes 1.36. How they are read is protobuf.ts. */

/**
 * One message a line: its name, then number, JSON name and type of each field. Types: s text, i integer, b boolean,
 * B bytes, `[]` list, `{}` map from text; `?` marks a field whose zero is not the same as its absence, and the name
 * `-` one whose own fields stand in its place.
 */
export const messageTable = `
Namespace 1 metadata ObjectMeta; 2 spec NamespaceSpec
ObjectMeta 1 name s; 2 generateName s; 3 namespace s; 4 selfLink s; 5 uid s; 6 resourceVersion s; 7 generation i; 8 creationTimestamp Time; 9 deletionTimestamp Time; 10 deletionGracePeriodSeconds i?; 11 labels {}s; 12 annotations {}s; 13 ownerReferences []OwnerReference; 14 finalizers []s
OwnerReference 5 apiVersion s; 1 kind s; 3 name s; 4 uid s; 6 controller b?; 7 blockOwnerDeletion b?
NamespaceSpec 1 finalizers []s
ConfigMap 1 metadata ObjectMeta; 4 immutable b?; 2 data {}s; 3 binaryData {}B
Secret 1 metadata ObjectMeta; 5 immutable b?; 2 data {}B; 4 stringData {}s; 3 type s
Service 1 metadata ObjectMeta; 2 spec ServiceSpec
ServiceSpec 1 ports []ServicePort; 2 selector {}s; 3 clusterIP s; 18 clusterIPs []s; 4 type s; 5 externalIPs []s; 7 sessionAffinity s; 8 loadBalancerIP s; 9 loadBalancerSourceRanges []s; 10 externalName s; 11 externalTrafficPolicy s; 12 healthCheckNodePort i; 13 publishNotReadyAddresses b; 19 ipFamilies []s; 17 ipFamilyPolicy s?; 20 allocateLoadBalancerNodePorts b?; 21 loadBalancerClass s?; 22 internalTrafficPolicy s?; 23 trafficDistribution s?
ServicePort 1 name s; 2 protocol s; 6 appProtocol s?; 3 port i; 4 targetPort IntOrString; 5 nodePort i
ServiceAccount 1 metadata ObjectMeta; 2 secrets []ObjectReference; 3 imagePullSecrets []LocalObjectReference; 4 automountServiceAccountToken b?
ObjectReference 1 kind s; 2 namespace s; 3 name s; 4 uid s; 5 apiVersion s; 6 resourceVersion s; 7 fieldPath s
LocalObjectReference 1 name s
Pod 1 metadata ObjectMeta; 2 spec PodSpec
PodSpec 1 volumes []Volume; 20 initContainers []Container; 2 containers []Container; 3 restartPolicy s; 4 terminationGracePeriodSeconds i?; 5 activeDeadlineSeconds i?; 6 dnsPolicy s; 7 nodeSelector {}s; 8 serviceAccountName s; 9 serviceAccount s; 21 automountServiceAccountToken b?; 10 nodeName s; 11 hostNetwork b; 12 hostPID b; 13 hostIPC b; 27 shareProcessNamespace b?; 14 securityContext PodSecurityContext; 15 imagePullSecrets []LocalObjectReference; 16 hostname s; 17 subdomain s; 18 affinity Affinity; 19 schedulerName s; 22 tolerations []Toleration; 24 priorityClassName s; 25 priority i?; 29 runtimeClassName s?; 30 enableServiceLinks b?; 31 preemptionPolicy s?; 32 overhead {}Quantity; 33 topologySpreadConstraints []TopologySpreadConstraint; 35 setHostnameAsFQDN b?; 37 hostUsers b?; 38 schedulingGates []PodSchedulingGate; 40 resources ResourceRequirements; 41 hostnameOverride s?
Volume 1 name s; 2 - VolumeSource
VolumeSource 1 hostPath HostPathVolumeSource; 2 emptyDir EmptyDirVolumeSource; 6 secret SecretVolumeSource; 10 persistentVolumeClaim PersistentVolumeClaimVolumeSource; 16 downwardAPI DownwardAPIVolumeSource; 19 configMap ConfigMapVolumeSource; 26 projected ProjectedVolumeSource
HostPathVolumeSource 1 path s; 2 type s?
EmptyDirVolumeSource 1 medium s; 2 sizeLimit Quantity
SecretVolumeSource 1 secretName s; 2 items []KeyToPath; 3 defaultMode i?; 4 optional b?
KeyToPath 1 key s; 2 path s; 3 mode i?
PersistentVolumeClaimVolumeSource 1 claimName s; 2 readOnly b
DownwardAPIVolumeSource 1 items []DownwardAPIVolumeFile; 2 defaultMode i?
DownwardAPIVolumeFile 1 path s; 2 fieldRef ObjectFieldSelector; 3 resourceFieldRef ResourceFieldSelector; 4 mode i?
ObjectFieldSelector 1 apiVersion s; 2 fieldPath s
ResourceFieldSelector 1 containerName s; 2 resource s; 3 divisor Quantity
ConfigMapVolumeSource 1 - LocalObjectReference; 2 items []KeyToPath; 3 defaultMode i?; 4 optional b?
ProjectedVolumeSource 1 sources []VolumeProjection; 2 defaultMode i?
VolumeProjection 1 secret SecretProjection; 2 downwardAPI DownwardAPIProjection; 3 configMap ConfigMapProjection; 4 serviceAccountToken ServiceAccountTokenProjection
SecretProjection 1 - LocalObjectReference; 2 items []KeyToPath; 4 optional b?
DownwardAPIProjection 1 items []DownwardAPIVolumeFile
ConfigMapProjection 1 - LocalObjectReference; 2 items []KeyToPath; 4 optional b?
ServiceAccountTokenProjection 1 audience s; 2 expirationSeconds i?; 3 path s
Container 1 name s; 2 image s; 3 command []s; 4 args []s; 5 workingDir s; 6 ports []ContainerPort; 19 envFrom []EnvFromSource; 7 env []EnvVar; 8 resources ResourceRequirements; 24 restartPolicy s?; 9 volumeMounts []VolumeMount; 10 livenessProbe Probe; 11 readinessProbe Probe; 22 startupProbe Probe; 13 terminationMessagePath s; 20 terminationMessagePolicy s; 14 imagePullPolicy s; 15 securityContext SecurityContext; 16 stdin b; 17 stdinOnce b; 18 tty b
ContainerPort 1 name s; 2 hostPort i; 3 containerPort i; 4 protocol s; 5 hostIP s
EnvFromSource 1 prefix s; 2 configMapRef ConfigMapEnvSource; 3 secretRef SecretEnvSource
ConfigMapEnvSource 1 - LocalObjectReference; 2 optional b?
SecretEnvSource 1 - LocalObjectReference; 2 optional b?
EnvVar 1 name s; 2 value s; 3 valueFrom EnvVarSource
EnvVarSource 1 fieldRef ObjectFieldSelector; 2 resourceFieldRef ResourceFieldSelector; 3 configMapKeyRef ConfigMapKeySelector; 4 secretKeyRef SecretKeySelector
ConfigMapKeySelector 1 - LocalObjectReference; 2 key s; 3 optional b?
SecretKeySelector 1 - LocalObjectReference; 2 key s; 3 optional b?
ResourceRequirements 1 limits {}Quantity; 2 requests {}Quantity
VolumeMount 1 name s; 2 readOnly b; 7 recursiveReadOnly s?; 3 mountPath s; 4 subPath s; 5 mountPropagation s?; 6 subPathExpr s
Probe 1 - ProbeHandler; 2 initialDelaySeconds i; 3 timeoutSeconds i; 4 periodSeconds i; 5 successThreshold i; 6 failureThreshold i; 7 terminationGracePeriodSeconds i?
ProbeHandler 1 exec ExecAction; 2 httpGet HTTPGetAction; 3 tcpSocket TCPSocketAction; 4 grpc GRPCAction
ExecAction 1 command []s
HTTPGetAction 1 path s; 2 port IntOrString; 3 host s; 4 scheme s; 5 httpHeaders []HTTPHeader
HTTPHeader 1 name s; 2 value s
TCPSocketAction 1 port IntOrString; 2 host s
GRPCAction 1 port i; 2 service s?
SecurityContext 1 capabilities Capabilities; 2 privileged b?; 4 runAsUser i?; 8 runAsGroup i?; 5 runAsNonRoot b?; 6 readOnlyRootFilesystem b?; 7 allowPrivilegeEscalation b?; 9 procMount s?; 11 seccompProfile SeccompProfile
Capabilities 1 add []s; 2 drop []s
SeccompProfile 1 type s; 2 localhostProfile s?
PodSecurityContext 2 runAsUser i?; 6 runAsGroup i?; 3 runAsNonRoot b?; 4 supplementalGroups []i; 12 supplementalGroupsPolicy s?; 5 fsGroup i?; 9 fsGroupChangePolicy s?; 10 seccompProfile SeccompProfile; 13 seLinuxChangePolicy s?
Affinity 1 nodeAffinity NodeAffinity; 2 podAffinity PodAffinity; 3 podAntiAffinity PodAntiAffinity
NodeAffinity 1 requiredDuringSchedulingIgnoredDuringExecution NodeSelector; 2 preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm
NodeSelector 1 nodeSelectorTerms []NodeSelectorTerm
NodeSelectorTerm 1 matchExpressions []NodeSelectorRequirement; 2 matchFields []NodeSelectorRequirement
NodeSelectorRequirement 1 key s; 2 operator s; 3 values []s
PreferredSchedulingTerm 1 weight i; 2 preference NodeSelectorTerm
PodAffinity 1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm; 2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
PodAffinityTerm 1 labelSelector LabelSelector; 2 namespaces []s; 3 topologyKey s; 4 namespaceSelector LabelSelector; 5 matchLabelKeys []s; 6 mismatchLabelKeys []s
LabelSelector 1 matchLabels {}s; 2 matchExpressions []LabelSelectorRequirement
LabelSelectorRequirement 1 key s; 2 operator s; 3 values []s
WeightedPodAffinityTerm 1 weight i; 2 podAffinityTerm PodAffinityTerm
PodAntiAffinity 1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm; 2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
Toleration 1 key s; 2 operator s; 3 value s; 4 effect s; 5 tolerationSeconds i?
TopologySpreadConstraint 1 maxSkew i; 2 topologyKey s; 3 whenUnsatisfiable s; 4 labelSelector LabelSelector; 5 minDomains i?; 6 nodeAffinityPolicy s?; 7 nodeTaintsPolicy s?; 8 matchLabelKeys []s
PodSchedulingGate 1 name s
Binding 1 metadata ObjectMeta; 2 target ObjectReference
Event 1 metadata ObjectMeta; 2 involvedObject ObjectReference; 3 reason s; 4 message s; 5 source EventSource; 6 firstTimestamp Time; 7 lastTimestamp Time; 8 count i; 9 type s; 10 eventTime MicroTime; 11 series EventSeries; 12 action s; 13 related ObjectReference; 14 reportingComponent s; 15 reportingInstance s
EventSource 1 component s; 2 host s
EventSeries 1 count i; 2 lastObservedTime MicroTime
Deployment 1 metadata ObjectMeta; 2 spec DeploymentSpec
DeploymentSpec 1 replicas i?; 2 selector LabelSelector; 3 template PodTemplateSpec; 4 strategy DeploymentStrategy; 5 minReadySeconds i; 6 revisionHistoryLimit i?; 7 paused b; 9 progressDeadlineSeconds i?
PodTemplateSpec 1 metadata ObjectMeta; 2 spec PodSpec
DeploymentStrategy 1 type s; 2 rollingUpdate RollingUpdateDeployment
RollingUpdateDeployment 1 maxUnavailable IntOrString; 2 maxSurge IntOrString
ReplicaSet 1 metadata ObjectMeta; 2 spec ReplicaSetSpec
ReplicaSetSpec 1 replicas i?; 4 minReadySeconds i; 2 selector LabelSelector; 3 template PodTemplateSpec
PodDisruptionBudget 1 metadata ObjectMeta; 2 spec PodDisruptionBudgetSpec
PodDisruptionBudgetSpec 1 minAvailable IntOrString; 2 selector LabelSelector; 3 maxUnavailable IntOrString; 4 unhealthyPodEvictionPolicy s?
Eviction 1 metadata ObjectMeta; 2 deleteOptions DeleteOptions
DeleteOptions 1 gracePeriodSeconds i?; 2 preconditions Preconditions; 3 orphanDependents b?; 4 propagationPolicy s?; 5 dryRun []s; 6 ignoreStoreReadErrorWithClusterBreakingPotential b?
Preconditions 1 uid s?; 2 resourceVersion s?
coord.Lease 1 metadata ObjectMeta; 2 spec coord.LeaseSpec
coord.LeaseSpec 1 holderIdentity s?; 2 leaseDurationSeconds i?; 3 acquireTime MicroTime; 4 renewTime MicroTime; 5 leaseTransitions i?; 6 strategy s?; 7 preferredHolder s?
rbac.Role 1 metadata ObjectMeta; 2 rules []rbac.PolicyRule
rbac.PolicyRule 1 verbs []s; 2 apiGroups []s; 3 resources []s; 4 resourceNames []s; 5 nonResourceURLs []s
rbac.RoleBinding 1 metadata ObjectMeta; 2 subjects []rbac.Subject; 3 roleRef rbac.RoleRef
rbac.Subject 1 kind s; 2 apiGroup s; 3 name s; 4 namespace s
rbac.RoleRef 1 apiGroup s; 2 kind s; 3 name s
rbac.ClusterRole 1 metadata ObjectMeta; 2 rules []rbac.PolicyRule; 3 aggregationRule rbac.AggregationRule
rbac.AggregationRule 1 clusterRoleSelectors []LabelSelector
rbac.ClusterRoleBinding 1 metadata ObjectMeta; 2 subjects []rbac.Subject; 3 roleRef rbac.RoleRef
autoscaling.Scale 1 metadata ObjectMeta; 2 spec autoscaling.ScaleSpec; 3 status autoscaling.ScaleStatus
autoscaling.ScaleSpec 1 replicas i
autoscaling.ScaleStatus 1 replicas i; 2 selector s
auth.SelfSubjectAccessReview 1 metadata ObjectMeta; 2 spec auth.SelfSubjectAccessReviewSpec
auth.SelfSubjectAccessReviewSpec 1 resourceAttributes auth.ResourceAttributes; 2 nonResourceAttributes auth.NonResourceAttributes
auth.ResourceAttributes 1 namespace s; 2 verb s; 3 group s; 4 version s; 5 resource s; 6 subresource s; 7 name s
auth.NonResourceAttributes 1 path s; 2 verb s
events.Event 1 metadata ObjectMeta; 2 eventTime MicroTime; 3 series events.EventSeries; 4 reportingController s; 5 reportingInstance s; 6 action s; 7 reason s; 8 regarding ObjectReference; 9 related ObjectReference; 10 note s; 11 type s; 12 deprecatedSource EventSource; 13 deprecatedFirstTimestamp Time; 14 deprecatedLastTimestamp Time; 15 deprecatedCount i
events.EventSeries 1 count i; 2 lastObservedTime MicroTime
`;
