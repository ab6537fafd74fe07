package serve

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// saved saves a small model and returns its directory.
func saved(t *testing.T) string { return savedOf(t, 0) }

// savedOf is saved of a seed.
func savedOf(t *testing.T, seed uint64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ads")
	log := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(log, []byte("click,user,item\n"+strings.Repeat("1,u1,shoe\n0,u1,hat\n0,u2,shoe\n", 20)), 0o600))
	described := &schema.Schema{Label: "click", Fields: []schema.Field{{Name: "user"}, {Name: "item"}}}
	set, err := encode.Open(t.Context(), described, rawlog.Files{Train: []string{log}}, encode.Options{})
	require.NoError(t, err)
	solver, err := solvers.NewAdamAR()
	require.NoError(t, err)
	result, err := train.Train(t.Context(), train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train,
		Encoding: set.Encoding, Solver: solver, BatchSize: 20, Epochs: 1, Seed: seed})
	require.NoError(t, err)
	defer result.Free()
	require.NoError(t, result.Save(dir))
	return dir
}

// output is what a command writes while it runs.
type output struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(data []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.text.String()
}

// start runs the verb until stop is called, which returns its error.
func start(t *testing.T, args ...string) (address string, log *output, stop func() error) {
	t.Helper()
	catalogs, err := flags.NewCatalogs(flags.Own{})
	require.NoError(t, err)
	cmd := NewCommand(catalogs)
	log = &output{}
	cmd.SetErr(log)
	cmd.SetArgs(append(args, "--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--metrics", "127.0.0.1:0"))
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cmd.ExecuteContext(ctx) }()
	found := regexp.MustCompile(`msg=serving address=(http\S+)`)
	require.Eventually(t, func() bool { return found.MatchString(log.String()) }, 20*time.Second, time.Millisecond, "%s", log)
	return found.FindStringSubmatch(log.String())[1], log, sync.OnceValue(func() error { cancel(); return <-done })
}

const instance = `{"instances": [{"user": "u1", "item": "shoe"}]}`

func ask(client *http.Client, address, token string) (int, string, error) {
	r, err := http.NewRequest("POST", address+"/v1/models/ads:predict", strings.NewReader(instance))
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// After the signal requests are answered still, but the server is not ready: a balancer that looks sends no more.
func TestADrainFailsNoRequest(t *testing.T) {
	address, log, stop := start(t, "--from", saved(t), "--drain-pause", "300ms", "--log-every", "1")
	var clients sync.WaitGroup
	for range 3 {
		clients.Go(func() {
			for {
				ready, err := http.Get(address + "/v2/health/ready")
				if err != nil {
					t.Error(err)
					return
				}
				ready.Body.Close()
				if ready.StatusCode != http.StatusOK {
					return
				}
				if code, text, err := ask(http.DefaultClient, address, ""); err != nil || code != 200 {
					t.Error(code, text, err)
				}
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	require.Contains(t, metrics(t, log), `ctrzoo_requests_total{code="ok",model="ads",protocol="v1"}`)
	require.NoError(t, stop())
	clients.Wait()
	require.Contains(t, log.String(), "msg=drained")
	require.Contains(t, log.String(), "msg=request protocol=v1 model=ads")
}

// metrics are those at the last address that the log names.
func metrics(t *testing.T, log *output) string {
	t.Helper()
	addresses := regexp.MustCompile(`msg=serving address=(http\S+)`).FindAllStringSubmatch(log.String(), -1)
	require.Len(t, addresses, 2)
	answer, err := http.Get(addresses[1][1] + "/metrics")
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}

func TestBadFlags(t *testing.T) {
	for args, want := range map[string]string{
		"":                                   "--from: give the directory",
		"--from x --listen 0.0.0.0:1":        "0.0.0.0:1 can be reached from other machines",
		"--from x --listen :8080":            ":8080 can be reached",
		"--from x --listen example.org:8080": "can be reached",
		"--from x --grpc 0.0.0.0:1":          "0.0.0.0:1 can be reached",
		"--from x --metrics :1":              ":1 can be reached",
		"--from x --listen [::]:1":           "[::]:1 can be reached",
		"--from /nowhere --listen :0 --grpc :0 --metrics :0 --insecure": "no such file",
		"--from x --otlp ftp://x":                   "--otlp: want http://HOST:PORT",
		"--from x --otlp http://127.0.0.1:65536":    "--otlp: want http://HOST:PORT",
		"--from x --otlp http://u:p@127.0.0.1:1":    "--otlp: want http://HOST:PORT",
		"--from x --otlp http://:1":                 "--otlp: want http://HOST:PORT",
		"--from x --listen= --grpc= --metrics=":     "--listen: give an address",
		"--from x --token-file /dev/zero":           "/dev/zero: it is larger than it may be",
		"--from x --tls-cert /dev/zero --tls-key x": "/dev/zero: it is larger than it may be",
		"--from x --tls-cert c":                     "--tls-cert and --tls-key go together",
		"--from x --tls-client-ca c":                "--tls-client-ca needs --tls-cert",
		"--model x":                                 "--model: want NAME=DIR",
		"--from x --max-bytes 0":                    "must be above 0",
		"--from x --verify never":                   `--verify: want full or background, got "never"`,
		"--from x --poll -1s":                       "must be at least 0",
		"--from /nowhere --listen 127.0.0.1:0":      "no such file",
		"--from x --token-file /nowhere":            "no such file",
		"--from x --tls-cert /no --tls-key /no":     "no such file",
	} {
		catalogs, err := flags.NewCatalogs(flags.Own{})
		require.NoError(t, err)
		cmd := NewCommand(catalogs)
		cmd.SetErr(io.Discard)
		cmd.SetArgs(strings.Fields(args))
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		require.ErrorContains(t, cmd.ExecuteContext(t.Context()), want, args)
	}
}

// A client whose body does not come ends with 408, and others are answered meanwhile.
func TestASlowClientHarmsNobody(t *testing.T) {
	address, _, stop := start(t, "--from", saved(t), "--max-time", "500ms", "--drain-pause", "0")
	slow, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	require.NoError(t, err)
	defer slow.Close()
	_, err = slow.Write([]byte("POST /v1/models/ads:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"))
	require.NoError(t, err)
	code, text, err := ask(http.DefaultClient, address, "")
	require.NoError(t, err)
	require.Equal(t, 200, code, text)
	answer, err := io.ReadAll(slow)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 408 ")
	require.Contains(t, string(answer), `{"error":"the request did not arrive within 500ms"}`)
	require.NoError(t, stop())
}
