package serve

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/serve/rpc/inference"
	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// collector keeps the spans that it is sent, over HTTP or gRPC.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	lock     sync.Mutex
	resource []*commonpb.KeyValue
	spans    []*tracepb.Span
}

func (c *collector) Export(_ context.Context, r *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, of := range r.ResourceSpans {
		c.resource = of.Resource.Attributes
		for _, scope := range of.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	var request collectorpb.ExportTraceServiceRequest
	if err = cmp.Or(err, proto.Unmarshal(text, &request)); err != nil || r.URL.Path != "/v1/traces" {
		http.Error(w, "not a request of OTLP", http.StatusBadRequest)
		return
	}
	_, _ = c.Export(r.Context(), &request)
}

// startCollector returns where a collector listens.
func startCollector(t *testing.T, overGRPC bool) (c *collector, address string) {
	t.Helper()
	c = &collector{}
	if !overGRPC {
		s := httptest.NewServer(c)
		t.Cleanup(s.Close)
		return c, s.URL
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer()
	collectorpb.RegisterTraceServiceServer(s, c)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	return c, "http://" + l.Addr().String()
}

// find returns the span of a name in a trace.
func (c *collector) find(t *testing.T, trace, name string) *tracepb.Span {
	t.Helper()
	for _, s := range c.spans {
		if s.Name == name && hex.EncodeToString(s.TraceId) == trace {
			return s
		}
	}
	require.Fail(t, "no span", "%s of %s among %v", name, trace, c.spans)
	return nil
}

func text(list []*commonpb.KeyValue, key string) string {
	for _, a := range list {
		if a.Key == key {
			return a.Value.GetStringValue()
		}
	}
	return ""
}

const (
	caller   = "00f067aa0ba902b7"                 // the span of the client
	webTrace = "4bf92f3577b34da6a3ce929d0e0e4736" // its traces
	rpcTrace = "5bf92f3577b34da6a3ce929d0e0e4736"
)

// askTraced sends a request over HTTP and a call over gRPC, each with its trace.
func askTraced(t *testing.T, address, rpcAddress string) {
	t.Helper()
	r, err := http.NewRequest("POST", address+"/v1/models/ads:predict", strings.NewReader(instance))
	require.NoError(t, err)
	r.Header.Set("traceparent", "00-"+webTrace+"-"+caller+"-01")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, 200, answer.StatusCode)
	conn, err := grpc.NewClient(rpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+rpcTrace+"-"+caller+"-01")
	_, err = inference.NewGRPCInferenceServiceClient(conn).ModelInfer(ctx, &inference.ModelInferRequest{ModelName: "ads"})
	require.ErrorContains(t, err, "inputs: none given")
}

// The spans of a request lie in the trace of its client, one for each stage, and reach the collector before the server ends.
func TestSpansReachACollector(t *testing.T) {
	dir := saved(t)
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			c, endpoint := startCollector(t, protocol == "grpc")
			address, log, stop := start(t, "--from", dir, "--drain-pause", "0", "--otlp", endpoint)
			askTraced(t, address, regexp.MustCompile(`address=grpc://(\S+)`).FindStringSubmatch(log.String())[1])
			ready, err := http.Get(address + "/v2/health/ready") // which has no span
			require.NoError(t, err)
			ready.Body.Close()
			require.NoError(t, stop())
			require.Equal(t, "zoo serve", text(c.resource, "service.name"))
			require.Len(t, c.spans, 6, "two requests; four stages of the one; the other never got as far: %v", c.spans)

			web := c.find(t, webTrace, "POST /v1/models/{call}")
			require.Equal(t, caller, hex.EncodeToString(web.ParentSpanId))
			require.Equal(t, tracepb.Span_SPAN_KIND_SERVER, web.Kind)
			require.Equal(t, "ads", text(web.Attributes, "ctrzoo.model"))
			last := web.StartTimeUnixNano
			for _, stage := range []string{"decode", "encode", "predict", "write"} {
				s := c.find(t, webTrace, stage)
				require.Equal(t, web.SpanId, s.ParentSpanId)
				require.GreaterOrEqual(t, s.StartTimeUnixNano, last)
				require.GreaterOrEqual(t, s.EndTimeUnixNano, s.StartTimeUnixNano)
				last = s.EndTimeUnixNano
			}
			require.GreaterOrEqual(t, web.EndTimeUnixNano, last)

			call := c.find(t, rpcTrace, "inference.GRPCInferenceService/ModelInfer")
			require.Equal(t, caller, hex.EncodeToString(call.ParentSpanId))
			require.Equal(t, "bad_input", text(call.Attributes, "error.type"))
		})
	}
}

// The variables of OpenTelemetry do without the flag.
func TestTheEnvironmentNamesTheCollector(t *testing.T) {
	c, endpoint := startCollector(t, false)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
	t.Setenv("OTEL_SERVICE_NAME", "ads of the shop")
	t.Setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
	address, log, stop := start(t, "--from", saved(t), "--drain-pause", "0")
	_, _, err := ask(http.DefaultClient, address, "") // of no trace, and so not sampled
	require.NoError(t, err)
	askTraced(t, address, regexp.MustCompile(`address=grpc://(\S+)`).FindStringSubmatch(log.String())[1])
	require.NoError(t, stop())
	require.Equal(t, "ads of the shop", text(c.resource, "service.name"))
	require.Len(t, c.spans, 6)
}

// A collector that is away harms no request, and does not keep the server from its end.
func TestTheCollectorMayBeAway(t *testing.T) {
	address, log, stop := start(t, "--from", saved(t), "--drain-pause", "0", "--otlp", "http://127.0.0.1:1")
	code, answer, err := ask(http.DefaultClient, address, "")
	require.NoError(t, err)
	require.Equal(t, 200, code, answer)
	require.NoError(t, stop())
	require.Contains(t, log.String(), "msg=traces")
}
