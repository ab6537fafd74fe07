package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/ctrzoo/ctrzoo/zoo/serve/rest"
)

// fronts are all that listen.
type fronts []front

// listeners listens on all addresses. Requests wait until serve is called.
func (o *options) listeners(s *serve.Server, metrics http.Handler, logger *slog.Logger) (list fronts, err error) {
	tokens, err := o.secure.allowed()
	if err != nil {
		return nil, err
	}
	config, err := o.secure.config()
	if err != nil {
		return nil, err
	}
	add := func(f front, failed error) {
		if failed != nil {
			err = errors.Join(err, failed)
			return
		}
		list = append(list, f)
	}
	add(o.newWeb(o.listen, tokens.Guard(rest.NewHandler(s, version())), config, logger))
	if o.grpc != "" {
		add(o.newRPC(s, tokens, config))
	}
	if o.metrics != "" {
		add(o.newWeb(o.metrics, tokens.Guard(metrics), config, logger))
	}
	if err != nil {
		list.close()
		return nil, err
	}
	return list, nil
}

func (l fronts) close() {
	for _, f := range l {
		f.close()
	}
}

// serve answers requests until ctx ends. Then the server is not ready any more, and after a pause it takes no more requests and
// finishes those at work.
func (o *options) serve(ctx context.Context, s *serve.Server, list fronts, logger *slog.Logger) error {
	failed := make(chan error, len(list))
	for _, f := range list {
		logger.Info("serving", "address", f.address())
		go func() { failed <- f.serve() }()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "pause", o.drainPause)
	s.Drain()
	time.Sleep(o.drainPause)
	if err := list.drain(o.drainTime); err != nil {
		return fmt.Errorf("requests were still at work when the time to drain was over: %w", err)
	}
	logger.Info("drained")
	return nil
}

// drain finishes the requests at work, of all fronts at a time.
func (l fronts) drain(most time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	errs := make([]error, len(l))
	var group sync.WaitGroup
	for i, f := range l {
		group.Go(func() { errs[i] = f.drain(ctx) })
	}
	group.Wait()
	return errors.Join(errs...)
}
