package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// authority signs certificates for the loopback address.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
	signed      int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, pool: x509.NewCertPool()}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	a.certificate, a.key = a.sign(template, nil)
	a.pool.AddCert(a.certificate)
	return a
}

// sign signs a certificate of a new key; without a parent with that key itself.
func (a *authority) sign(template *x509.Certificate, parent *authority) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	by, with := template, key
	if parent != nil {
		by, with = parent.certificate, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), with)
	require.NoError(a.t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return certificate, key
}

// write writes a certificate, which nobody had before, and its key.
func (a *authority) write(certificatePath, keyPath string) {
	a.t.Helper()
	a.signed++
	certificate, key := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(100 + a.signed), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, a)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	writePEM(a.t, certificatePath, "CERTIFICATE", certificate.Raw)
	writePEM(a.t, keyPath, "PRIVATE KEY", der)
}

func writePEM(t *testing.T, path, kind string, data []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600))
}

// secured are the files and flags of a server with TLS.
type secured struct{ certificate, key, authority, tokens string }

func newSecured(t *testing.T, a *authority) secured {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	s := secured{path("cert.pem"), path("key.pem"), path("ca.pem"), path("tokens")}
	a.write(s.certificate, s.key)
	writePEM(t, s.authority, "CERTIFICATE", a.certificate.Raw)
	require.NoError(t, os.WriteFile(s.tokens, []byte("secret\n"), 0o600))
	return s
}

// askRPC asks over gRPC whether the model is ready.
func askRPC(t *testing.T, log *output, config *tls.Config, token string) error {
	t.Helper()
	address := regexp.MustCompile(`address=grpc://(\S+)`).FindStringSubmatch(log.String())[1]
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	require.NoError(t, err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}) // needs no token
	if err != nil {
		return err
	}
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	_, err = inference.NewGRPCInferenceServiceClient(conn).ModelReady(ctx, &inference.ModelReadyRequest{Name: "ads"})
	return err
}

func clientOf(config *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
}

func TestTLSAndTokens(t *testing.T) {
	a := newAuthority(t)
	files := newSecured(t, a)
	address, log, stop := start(t, "--model", "ads="+saved(t), "--tls-cert", files.certificate, "--tls-key", files.key,
		"--token-file", files.tokens, "--drain-pause", "0")
	config := &tls.Config{RootCAs: a.pool}
	client := clientOf(config)
	for token, want := range map[string]int{"secret": 200, "wrong": 401, "": 401} {
		code, text, err := ask(client, address, token)
		require.NoError(t, err)
		require.Equal(t, want, code, text)
	}
	require.NoError(t, askRPC(t, log, config, "secret"))
	require.Equal(t, codes.Unauthenticated, status.Code(askRPC(t, log, config, "wrong")))
	require.Equal(t, codes.Unauthenticated, status.Code(askRPC(t, log, config, "")))
	require.Equal(t, codes.Unavailable, status.Code(askRPC(t, log, &tls.Config{}, "secret")), "the client does not know the authority")

	health, err := client.Get(address + "/v2/health/ready")
	require.NoError(t, err)
	health.Body.Close()
	require.Equal(t, 200, health.StatusCode)
	require.Equal(t, 2, health.ProtoMajor)
	for path, want := range map[string]int{"/": 200, "/page/state": 401, "/v2/models/ads": 401} {
		answer, err := client.Get(address + path)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, want, answer.StatusCode, path)
	}
	require.NoError(t, stop())
}

func TestMutualTLS(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	files := newSecured(t, a)
	address, log, stop := start(t, "--from", saved(t), "--tls-cert", files.certificate, "--tls-key", files.key,
		"--tls-client-ca", files.authority, "--drain-pause", "0")
	pair := func(by *authority) tls.Certificate {
		own := newSecured(t, by)
		certificate, err := tls.LoadX509KeyPair(own.certificate, own.key)
		require.NoError(t, err)
		return certificate
	}
	config := &tls.Config{RootCAs: a.pool, Certificates: []tls.Certificate{pair(a)}}
	code, text, err := ask(clientOf(config), address, "")
	require.NoError(t, err)
	require.Equal(t, 200, code, text)
	require.NoError(t, askRPC(t, log, config, ""))
	for name, refused := range map[string]*tls.Config{
		"without a certificate": {RootCAs: a.pool}, "of another authority": {RootCAs: a.pool, Certificates: []tls.Certificate{pair(other)}},
	} {
		_, _, err = ask(clientOf(refused), address, "")
		require.Error(t, err, name)
		require.Equal(t, codes.Unavailable, status.Code(askRPC(t, log, refused, "")), name)
	}
	require.NoError(t, stop())
}

// While the server runs: a new token replaces an old one, a file without tokens changes nothing, and clients that come see the
// new certificate.
func TestSecretsAreReadAgain(t *testing.T) {
	a := newAuthority(t)
	files := newSecured(t, a)
	address, log, stop := start(t, "--from", saved(t), "--tls-cert", files.certificate, "--tls-key", files.key,
		"--token-file", files.tokens, "--drain-pause", "0", "--poll", "10ms")
	config := &tls.Config{RootCAs: a.pool}
	client := clientOf(config)
	allowed := func(token string) bool {
		code, _, err := ask(client, address, token)
		require.NoError(t, err)
		return code == 200
	}
	require.True(t, allowed("secret"))
	require.NoError(t, os.WriteFile(files.tokens, []byte("# of today\nnew\n"), 0o600))
	require.Eventually(t, func() bool { return !allowed("secret") }, 10*time.Second, 10*time.Millisecond)
	require.True(t, allowed("new"))
	require.NoError(t, askRPC(t, log, config, "new"))
	require.Equal(t, codes.Unauthenticated, status.Code(askRPC(t, log, config, "secret")))

	require.NoError(t, os.WriteFile(files.tokens, nil, 0o600))
	require.Eventually(t, func() bool { return strings.Contains(log.String(), "the file has no tokens") }, 10*time.Second, 10*time.Millisecond)
	require.True(t, allowed("new"))
	require.NoError(t, os.WriteFile(files.tokens, []byte("new"), 0o600))

	serial := func() int64 {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), config)
		require.NoError(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	require.EqualValues(t, 101, serial())
	a.write(files.certificate, files.key)
	require.Eventually(t, func() bool { return serial() == 102 }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, stop())
}

// While the server runs: clients of another authority are let in, and those of the former one no more, nor by a session of TLS
// that they had before. A file without certificates changes nothing.
func TestAuthoritiesAreReadAgain(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	files := newSecured(t, a)
	address, log, stop := start(t, "--from", saved(t), "--tls-cert", files.certificate, "--tls-key", files.key,
		"--tls-client-ca", files.authority, "--drain-pause", "0", "--poll", "10ms")
	configOf := func(by *authority) *tls.Config {
		own := newSecured(t, by)
		certificate, err := tls.LoadX509KeyPair(own.certificate, own.key)
		require.NoError(t, err)
		return &tls.Config{RootCAs: a.pool, Certificates: []tls.Certificate{certificate}, ClientSessionCache: tls.NewLRUClientSessionCache(8)}
	}
	former, latter := configOf(a), configOf(other)
	allowed := func(config *tls.Config) bool {
		code, _, err := ask(clientOf(config), address, "")
		return err == nil && code == 200
	}
	require.True(t, allowed(former))
	require.False(t, allowed(latter))
	require.NoError(t, os.WriteFile(files.authority, nil, 0o600))
	require.Eventually(t, func() bool { return strings.Contains(log.String(), "no certificate in PEM") }, 10*time.Second, 10*time.Millisecond)
	require.True(t, allowed(former))
	writePEM(t, files.authority, "CERTIFICATE", other.certificate.Raw)
	require.Eventually(t, func() bool { return allowed(latter) }, 10*time.Second, 10*time.Millisecond)
	require.False(t, allowed(former))
	require.Error(t, askRPC(t, log, former, ""))
	require.NoError(t, askRPC(t, log, latter, ""))
	require.NoError(t, stop())
}
