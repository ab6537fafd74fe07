package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// guarded is a cluster that wants TLS, a client's certificate and a password, with a day of a topic, and the files that open it.
func guarded(t *testing.T) (address, schema, certificate, key, password string) {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	pair := server.TLS.Certificates[0]
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "clicks"), kfake.EnableSASL(),
		kfake.Superuser("SCRAM-SHA-512", "zoo", "a secret"), kfake.Superuser("PLAIN", "zoo", "a secret"),
		kfake.TLS(&tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert}))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.SASL(scram.Auth{User: "zoo", Pass: "a secret"}.AsSha512Mechanism()),
		kgo.DialTLSConfig(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}))
	require.NoError(t, err)
	defer client.Close()
	for row := range 200 {
		value := []byte(`{"click":` + string('0'+rune(row%2)) + `,"user":"u"}`)
		at := time.Date(2020, 3, 1, 9, 0, 0, 0, time.UTC)
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "clicks", Timestamp: at, Value: value}).FirstErr())
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	write := func(name string, text []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	return c.ListenAddrs()[0], write("schema.yaml", []byte("label: click\nfields: [{name: user}]\n")),
		write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})),
		write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), write("password", []byte("a secret\n"))
}

// A topic whose brokers want TLS, a certificate and a password is read with them, and with nothing less.
func TestStreamOfATopicThatIsGuarded(t *testing.T) {
	address, schema, certificate, key, password := guarded(t)
	stream := func(more ...string) (code int, stderr string) {
		args := append([]string{"stream", "--schema", schema, "--out", filepath.Join(t.TempDir(), "run"), "--kafka", address + "/clicks"}, small...)
		code, _, stderr = zooCommand(t, append(args, more...)...)
		return code, stderr
	}
	keys := []string{"--kafka-ca", certificate, "--kafka-cert", certificate, "--kafka-key", key, "--kafka-user", "zoo", "--kafka-password-file", password}
	for _, more := range [][]string{nil, {"--kafka-sasl", "plain"}} {
		code, stderr := stream(append(keys, more...)...)
		require.Zero(t, code, stderr)
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	require.NoError(t, os.WriteFile(wrong, []byte("another secret"), 0o600))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"certificate", append(keys[2:], "--kafka-tls")},
		{`topic "clicks": `, append(keys, "--kafka-password-file", wrong)}, // kfake hangs up
		{"--kafka-user and --kafka-password-file go together", keys[:8]},
		{"it needs --kafka-tls", []string{"--kafka-user", "zoo", "--kafka-password-file", password, "--kafka-sasl", "plain"}},
		{"want scram-sha-512, scram-sha-256 or plain", append(keys, "--kafka-sasl", "md5")},
		{"want scram-sha-512, scram-sha-256 or plain", []string{"--kafka-sasl", "md5"}},
		{"--kafka-ca: /dev/zero: it is larger", append(keys, "--kafka-ca", "/dev/zero")},
		{"--kafka-cert, --kafka-key: /dev/zero: it is larger", append(keys, "--kafka-key", "/dev/zero")},
		{"--kafka-password-file: /dev/zero: it is larger", append(keys, "--kafka-password-file", "/dev/zero")},
		{"--kafka-ca: " + password + " has no certificate", append(keys, "--kafka-ca", password)},
		{"--kafka-cert, --kafka-key: ", append(keys, "--kafka-key", password)},
	} {
		code, stderr := stream(c.args...)
		require.NotZero(t, code, c.want)
		require.Contains(t, stderr, c.want)
	}
	code, _, stderr := zooCommand(t, "stream", "--schema", schema, "--days", "x", "--out", "y", "--kafka-tls")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "--kafka-tls is for a topic, which --kafka names")
}
