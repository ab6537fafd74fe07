package serve

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/traces"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
)

// tracing sends the spans of requests to a collector of OpenTelemetry. Nil sends none.
type tracing struct {
	provider   *trace.TracerProvider
	propagator propagation.TextMapPropagator
}

// newTracing sends to the collector of the flag, or else of the environment, whose variables OTEL_... say how in any case. It
// returns nil if there is none.
func (o *options) newTracing(ctx context.Context, logger *slog.Logger) (*tracing, error) {
	fromEnvironment := cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
	if o.otlp == "" && fromEnvironment == "" || os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return nil, nil
	}
	exporter, err := newExporter(ctx, o.otlp)
	if err != nil {
		return nil, fmt.Errorf("--otlp: %w", err)
	}
	// What is later in the list wins.
	described, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "zoo serve"), attribute.String("service.version", prepared.Version())), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces", "error", err.Error()) }))
	return &tracing{
		trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(described)),
		propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}, nil
}

// checkCollector refuses an address that is not of a collector.
func checkCollector(address string) error {
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return err
	}
	_, err = strconv.ParseUint(cmp.Or(u.Port(), "80"), 10, 16)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return fmt.Errorf("want http://HOST:PORT or https://HOST:PORT, got %q", address)
	}
	return nil
}

// newExporter speaks OTLP over HTTP, or over gRPC if the environment says so. An address without a path is that of the
// collector; "" leaves it to the environment.
func newExporter(ctx context.Context, address string) (*otlptrace.Exporter, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL")) == "grpc" {
		var options []otlptracegrpc.Option
		if address != "" {
			options = append(options, otlptracegrpc.WithEndpointURL(address))
		}
		return otlptracegrpc.New(ctx, options...)
	}
	var options []otlptracehttp.Option
	if address != "" {
		if u.Path == "" || u.Path == "/" {
			u.Path = "/v1/traces"
		}
		options = append(options, otlptracehttp.WithEndpointURL(u.String()))
	}
	return otlptracehttp.New(ctx, options...)
}

// observers describe the spans.
func (t *tracing) observers() []serve.Observer {
	if t == nil {
		return nil
	}
	return []serve.Observer{traces.New(t.provider)}
}

// web makes spans of the requests of a handler, but for those that ask for health or for the page.
func (t *tracing) web(h http.Handler) http.Handler {
	if t == nil {
		return h
	}
	asksTheModels := func(r *http.Request) bool {
		return r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/page/") && !strings.HasPrefix(r.URL.Path, "/v2/health/")
	}
	return otelhttp.NewHandler(h, "serve", otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(t.propagator),
		otelhttp.WithFilter(asksTheModels))
}

// rpc makes spans of the calls of a gRPC server.
func (t *tracing) rpc() grpc.ServerOption {
	if t == nil {
		return grpc.EmptyServerOption{}
	}
	return grpc.StatsHandler(otelgrpc.NewServerHandler(otelgrpc.WithTracerProvider(t.provider), otelgrpc.WithPropagators(t.propagator)))
}

// traceTime is the time to send the last spans at the end.
const traceTime = 5 * time.Second

// close sends the last spans.
func (t *tracing) close(logger *slog.Logger) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), traceTime)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		logger.Warn("traces", "error", err.Error())
	}
}
