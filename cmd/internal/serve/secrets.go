package serve

import (
	"context"
	"crypto/tls"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// secrets are read from files: who may ask, and who the server is.
type secrets struct {
	tokens *serve.Tokens // nil: none is needed
	config *tls.Config   // nil: no TLS

	files   *secureOptions
	current atomic.Pointer[tls.Config] // of the files as they were read last
}

// read reads the files of the flags.
func (o *secureOptions) read() (*secrets, error) {
	s := &secrets{files: o}
	if o.tokens != "" {
		tokens, err := serve.ReadTokens(o.tokens)
		if err != nil {
			return nil, err
		}
		s.tokens = tokens
	}
	if o.certificate == "" {
		return s, nil
	}
	if err := s.readTLS(); err != nil {
		return nil, err
	}
	s.config = newTLS()
	s.config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return s.current.Load(), nil }
	return s, nil
}

func newTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// readTLS reads the certificate of the server, and who must have signed those of clients.
func (s *secrets) readTLS() error {
	certificate, err := flags.ReadPair(s.files.certificate, s.files.key)
	if err != nil {
		return err
	}
	config := newTLS()
	config.Certificates = []tls.Certificate{certificate}
	if path := s.files.clientCA; path != "" {
		if config.ClientCAs, err = flags.ReadAuthorities(path); err != nil {
			return err
		}
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	s.current.Store(config)
	return nil
}

// watch reads tokens and certificates again and again, until the context ends. What cannot be read stays as it is.
func (s *secrets) watch(ctx context.Context, every time.Duration, logger *slog.Logger) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		message := ""
		if err := s.reload(); err != nil {
			message = err.Error()
		}
		if message != "" && message != last {
			logger.Error("tokens or certificates not changed", "error", message)
		}
		last = message
	}
}

func (s *secrets) reload() error {
	if s.tokens != nil {
		if err := s.tokens.Reload(); err != nil {
			return err
		}
	}
	if s.config != nil {
		return s.readTLS()
	}
	return nil
}
