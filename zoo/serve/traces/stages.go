package traces

import (
	"context"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Stages is a serve.Observer. A call whose Context has a span that is recorded gets a span in it for each stage that it reached,
// decode, encode, predict and write, and its model, version and number of samples as attributes.
type Stages struct{ tracer trace.Tracer }

// New makes an observer whose spans are those of a provider.
func New(p trace.TracerProvider) *Stages {
	return &Stages{p.Tracer("github.com/ctrzoo/ctrzoo/zoo/serve")}
}

// Answered describes a call.
func (s *Stages) Answered(c *serve.Call, err error) {
	span := trace.SpanFromContext(c.Context)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("ctrzoo.model", c.Model), attribute.String("ctrzoo.version", c.Served),
		attribute.Int("ctrzoo.samples", c.Samples))
	if err != nil {
		span.SetAttributes(attribute.String("error.type", serve.KindOf(err).String()))
		span.RecordError(err)
		if serve.KindOf(err) == serve.Internal {
			span.SetStatus(codes.Error, err.Error())
		}
	}
	t := &c.Times
	s.stage(c.Context, "decode", t.Start, t.Decoded)
	s.stage(c.Context, "encode", t.Decoded, t.Encoded)
	s.stage(c.Context, "predict", t.Encoded, t.Predicted)
	s.stage(c.Context, "write", t.Predicted, t.Written)
}

// stage makes the span of a stage, unless it was not reached.
func (s *Stages) stage(ctx context.Context, name string, from, to time.Time) {
	if from.IsZero() || to.IsZero() {
		return
	}
	_, span := s.tracer.Start(ctx, name, trace.WithTimestamp(from))
	span.End(trace.WithTimestamp(to))
}

// Changed does nothing: no request has to do with it.
func (s *Stages) Changed(serve.Status, error) {}
