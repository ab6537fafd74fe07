package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	compressed "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
)

const predictHead = "POST /v1/models/ads:predict HTTP/1.1\r\nHost: x\r\n"

// attacks are what a client may send to harm others. Each returns how the server answers.
func attacks() map[string]func(p *process) string {
	post := func(header, body string) func(p *process) string {
		return func(p *process) string {
			return p.send(strings.NewReader(fmt.Sprintf("%sContent-Length: %d\r\n%s\r\n%s", predictHead, len(body), header, body)))
		}
	}
	deep := strings.Repeat("[", 1<<19)
	return map[string]func(p *process) string{
		"slow body":        func(p *process) string { return p.drip(predictHead + "Content-Length: 1000000\r\n\r\n") },
		"slow header":      func(p *process) string { return p.drip("POST /v1/models/ads:predict HTTP/1.1\r\n") },
		"half-open":        func(p *process) string { return p.send(strings.NewReader("POST")) },
		"body without end": func(p *process) string { return p.send(endlessBody()) },
		"header without end": func(p *process) string {
			return p.send(io.MultiReader(strings.NewReader("GET / HTTP/1.1\r\nX: "), io.LimitReader(zeros{}, 1<<30)))
		},
		"length that lies":  post("Content-Length: 99999999999\r\n", "{}"),
		"larger than most":  post("", `{"instances": [`+strings.Repeat(" ", 2<<20)),
		"deep nesting":      post("", deep),
		"deep nesting (v2)": func(p *process) string { return p.infer(`{"inputs": ` + deep) },
		"deep objects (v2)": func(p *process) string { return p.infer(`{"x": ` + strings.Repeat(`{"x":`, 1<<16)) },
		"compressed bomb":   post("Content-Encoding: gzip\r\n", bomb()),
		"many samples":      post("", `{"instances": [`+strings.Repeat(`{},`, 1<<18)+`{}]}`),
		"a long list (v2)": func(p *process) string {
			return p.infer(`{"inputs": [{"name": "user", "datatype": "BYTES", "shape": [1], "data": [` + strings.Repeat(`"",`, 1<<18) + `""]}]}`)
		},
		"shape that lies (v2)": func(p *process) string {
			return p.infer(`{"inputs": [{"name": "user", "datatype": "BYTES", "shape": [9223372036854775807], "data": ["u1"]}]}`)
		},
	}
}

// wantedAnswers are how the attacks end. Connections may be closed without an answer, and where the
// client goes on to send, the answer may be lost; and on a busy machine any of them may take too long.
var wantedAnswers = map[string]string{
	"slow body": "408", "slow header": "400", "half-open": "400", "body without end": "413", "header without end": "431",
	"length that lies": "400", "larger than most": "413", "deep nesting": "400", "deep nesting (v2)": "400", "deep objects (v2)": "400",
	"compressed bomb": "400", "many samples": "413", "a long list (v2)": "400", "shape that lies (v2)": "400",
}

// send sends to the server, and returns the status of its answer; "" if it closes the connection without one.
func (p *process) send(data io.Reader) string {
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.address, "http://"))
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	go func() { _, _ = io.Copy(conn, data) }() // the server may close first
	answer := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(conn, answer); err != nil {
		if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
			return "it does not close the connection"
		}
		return ""
	}
	return string(answer[len("HTTP/1.1 "):])
}

// drip sends a beginning, and then a byte at a time.
func (p *process) drip(head string) string {
	return p.send(io.MultiReader(strings.NewReader(head), slowly{}))
}

func (p *process) infer(body string) string {
	return p.send(strings.NewReader(fmt.Sprintf("POST /v2/models/ads/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
}

// slowly gives a letter ten times a second.
type slowly struct{}

func (slowly) Read(to []byte) (int, error) {
	time.Sleep(100 * time.Millisecond)
	to[0] = 'x'
	return 1, nil
}

// zeros gives the digit 0 without end.
type zeros struct{}

func (zeros) Read(to []byte) (int, error) {
	for i := range to {
		to[i] = '0'
	}
	return len(to), nil
}

// endlessBody is a request whose chunks do not end.
func endlessBody() io.Reader {
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat(" ", 1<<16))
	return io.MultiReader(strings.NewReader(predictHead+"Transfer-Encoding: chunked\r\n\r\n"), strings.NewReader(strings.Repeat(chunk, 1<<9)))
}

// bomb is a few kilobytes that become 64 megabytes.
func bomb() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.CopyN(w, zeros{}, 64<<20) // into memory
	_ = w.Close()
	return b.String()
}

// All attacks at a time harm no other request, and leave no memory behind.
func TestAttacksHarmNobodyElse(t *testing.T) {
	p := startProcess(t, "--from", saved(t), "--max-time", "3s", "--max-bytes", "1000000")
	code, text, err := ask(http.DefaultClient, p.address, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, code, text)
	rounds := 1
	if *long {
		rounds = 20
	}
	ctx, cancel := context.WithCancel(t.Context())
	var others sync.WaitGroup
	others.Go(func() {
		for ctx.Err() == nil {
			if code, text, err := ask(http.DefaultClient, p.address, ""); err != nil || code != http.StatusOK {
				t.Error(code, text, err)
			}
		}
	})
	for range rounds {
		var attackers sync.WaitGroup
		for name, attack := range attacks() {
			attackers.Go(func() {
				if got := attack(p); got != "" && got != "408" && got != wantedAnswers[name] {
					t.Errorf("%s: %q, want %q", name, got, wantedAnswers[name])
				}
			})
		}
		attackers.Go(func() { p.grpcBomb() })
		attackers.Wait()
	}
	cancel()
	others.Wait()
	peak := p.kilobytes("status", "")["VmHWM"] >> 10
	t.Logf("at most %d MB in memory", peak)
	require.Less(t, peak, 400)
	p.terminate()
}

// grpcBomb sends a message that becomes larger than the limit once it is unpacked.
func (p *process) grpcBomb() {
	conn, err := grpc.NewClient(p.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		p.Error(err)
		return
	}
	defer conn.Close()
	r := &inference.ModelInferRequest{ModelName: "ads", RawInputContents: [][]byte{make([]byte, 64<<20)}}
	_, err = inference.NewGRPCInferenceServiceClient(conn).ModelInfer(context.Background(), r, grpc.UseCompressor(compressed.Name))
	if status.Code(err) != codes.ResourceExhausted {
		p.Errorf("a compressed bomb over gRPC: %v", err)
	}
}

// Connections that do nothing take little, and nobody waits for them. The long form has 10,000.
func TestIdleConnectionsHarmNobody(t *testing.T) {
	idle := 500
	if *long {
		idle = 10_000
	}
	p := startProcess(t, "--from", saved(t))
	before := p.memory()
	for range idle {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.address, "http://"))
		require.NoError(t, err, "the limit of open files must be above %d", idle+100)
		defer conn.Close()
		_, err = conn.Write([]byte("GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n"))
		require.NoError(t, err)
		_, err = io.ReadFull(conn, make([]byte, len("HTTP/1.1 200")))
		require.NoError(t, err)
	}
	code, text, err := ask(http.DefaultClient, p.address, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, code, text)
	each := (p.memory() - before) / idle
	t.Logf("%d idle connections, %d bytes each", idle, each)
	if !testing.Short() { // the race detector takes memory of its own
		require.Less(t, each, 64<<10)
	}
	p.terminate()
}
