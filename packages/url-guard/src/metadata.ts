/**
 * Hosts at which clouds keep the credentials of a machine. They stay shut even if private ranges are open,
 * because whoever reads them owns the machine's role.
 */
const METADATA = new Set([
  '169.254.169.254', // AWS, Google, Azure, Oracle, DigitalOcean, Hetzner, OpenStack and more
  '169.254.170.2', // AWS ECS task role
  '169.254.170.23', // AWS EKS Pod Identity
  '169.254.0.23', // Tencent
  '169.254.42.42', // Scaleway
  '169.254.169.250', // Rancher
  '100.100.100.200', // Alibaba
  '168.63.129.16', // Azure wire server
  '192.0.0.192', // Oracle Cloud Classic
  'fd20:ce::254', // Google over IPv6
  'fd00:c1::a9fe:a9fe', // Oracle over IPv6
  'fd00:100::100:200', // Alibaba over IPv6
  'fd00:42::42', // Scaleway
  'fd00:a9fe:a9fe::1', // Akamai
  'fe80::a9fe:a9fe', // OpenStack

  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'api.metadata.cloud.ibm.com',
  'rancher-metadata',
  'data-server', // CloudStack
  'instance-data',
  // The API server of the cluster that we run in takes the pod's own token.
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]);

/** Whether a host, name or address, is a metadata service. */
export const isMetadata = (host: string): boolean => METADATA.has(host) || isAws(host);

/** Whether a host is one of AWS's services over IPv6, or its metadata service by a region's name. */
const isAws = (host: string): boolean =>
  host.startsWith('fd00:ec2:') ||
  (host.startsWith('instance-data.') && /\.(?:ec2|compute)\.internal$/.test(host));
