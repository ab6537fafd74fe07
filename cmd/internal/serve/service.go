package serve

import (
	"context"
	"log/slog"

	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/page"
	"github.com/ctrzoo/ctrzoo/zoo/serve/prom"
	"github.com/prometheus/client_golang/prometheus"
)

// service is a server with all that watches it and guards it.
type service struct {
	server   *serve.Server
	page     *page.Page
	registry *prometheus.Registry
	tracing  *tracing
	secrets  *secrets
	logger   *slog.Logger
}

// newService makes a server without models.
func (o *options) newService(ctx context.Context, logger *slog.Logger) (*service, error) {
	s := &service{page: page.New(), registry: newRegistry(), logger: logger}
	var err error
	if s.secrets, err = o.secure.read(); err != nil {
		return nil, err
	}
	if s.tracing, err = o.newTracing(ctx, logger); err != nil {
		return nil, err
	}
	counts := prom.New(s.registry)
	observers := []serve.Observer{&serve.Log{Logger: logger, Every: o.logEvery, Slow: o.slow}, counts, s.page}
	s.server = serve.New(serve.Options{
		Load: o.load(logger), Verify: verifyModes[o.verify], Limits: o.limits, OtherColumns: o.otherColumns,
		Observers: append(observers, s.tracing.observers()...),
	})
	counts.Watch(s.server)
	return s, nil
}

// load returns what reads a model, and gives it the precision of the flags.
func (o *options) load(logger *slog.Logger) func(path string) (*predict.Trained, error) {
	warn := func(text string) { logger.Warn(text) }
	return func(path string) (*predict.Trained, error) {
		t, err := o.catalogs.Map(path)
		if err == nil {
			o.precision.Apply(t, warn)
		}
		return t, err
	}
}

func (s *service) close() {
	s.server.Close()
	s.tracing.close(s.logger)
}
