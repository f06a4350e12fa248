/**
 * For `pinned.example` and tests only; good for a hundred years. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
 * -subj /CN=pinned.example -addext subjectAltName=DNS:pinned.example`.
 */
export const cert = `-----BEGIN CERTIFICATE-----
MIIBpDCCAUqgAwIBAgIUHF+Ev+QdzCVS2A/N/3c+GXCVA2gwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOcGlubmVkLmV4YW1wbGUwIBcNMjYxMTIzMTIzOTMxWhgPMjEy
NjEwMzAxMjM5MzFaMBkxFzAVBgNVBAMMDnBpbm5lZC5leGFtcGxlMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEyfv3TnhyAXdDe5Lat1D5a3Rb/MhztYKSFzJHjFJW
iemlpomIa4wjl+p+VsVpne3niOiFnyOCeIhxGLWYsHexkKNuMGwwHQYDVR0OBBYE
FObPUfYNHheO2VQQTw3Mlua5t0ONMB8GA1UdIwQYMBaAFObPUfYNHheO2VQQTw3M
lua5t0ONMA8GA1UdEwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIOcGlubmVkLmV4YW1w
bGUwCgYIKoZIzj0EAwIDSAAwRQIgJc0F4pIx2NntZudCKHZBCJtjG8Xgm/kypCy8
iFYD15UCIQCxR+KuT6ZQZAkHmq8uDD/HvJSAfHxvREMMNheFksJm8A==
-----END CERTIFICATE-----`;

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSOxMz7BStJ9g7Nw4
0db1Xu+v2xBCHrHq7BJ78eJh/1uhRANCAATJ+/dOeHIBd0N7ktq3UPlrdFv8yHO1
gpIXMkeMUlaJ6aWmiYhrjCOX6n5WxWmd7eeI6IWfI4J4iHEYtZiwd7GQ
-----END PRIVATE KEY-----`;
