package serve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// secrets are read from files: who may ask, and who the server is.
type secrets struct {
	tokens *serve.Tokens // nil: none is needed
	config *tls.Config   // nil: no TLS

	files       *secureOptions
	certificate atomic.Pointer[tls.Certificate]
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
	if err := s.readCertificate(); err != nil {
		return nil, err
	}
	s.config = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.certificate.Load(), nil }}
	return s, s.readAuthorities()
}

// readCertificate reads the certificate of the server.
func (s *secrets) readCertificate() error {
	certificate, err := tls.LoadX509KeyPair(s.files.certificate, s.files.key)
	if err == nil {
		s.certificate.Store(&certificate)
	}
	return err
}

// readAuthorities reads who must have signed the certificates of clients.
func (s *secrets) readAuthorities() error {
	path := s.files.clientCA
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.config.ClientCAs, s.config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !s.config.ClientCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("%s has no certificate in PEM", path)
	}
	return nil
}

// watch reads tokens and certificate again and again, until the context ends. What cannot be read stays as it is.
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
			logger.Error("tokens or certificate not changed", "error", message)
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
		return s.readCertificate()
	}
	return nil
}
