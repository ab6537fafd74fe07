package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/spf13/pflag"
)

// secureOptions are the flags that say who may ask.
type secureOptions struct {
	certificate, key, clientCA string
	tokens                     string
	insecure                   bool
}

func (o *secureOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.certificate, "tls-cert", "", "file of the certificate, in PEM")
	f.StringVar(&o.key, "tls-key", "", "file of the key of the certificate, in PEM")
	f.StringVar(&o.clientCA, "tls-client-ca", "", "file of the authorities one of which must have signed a client's certificate, in PEM")
	f.StringVar(&o.tokens, "token-file", "", "file of bearer tokens, one a line, of which a request must have one")
	f.BoolVar(&o.insecure, "insecure", false, "listen on any address without TLS and tokens")
}

// check refuses to listen where anybody could ask.
func (o *secureOptions) check(addresses ...string) error {
	switch {
	case (o.certificate == "") != (o.key == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case o.clientCA != "" && o.certificate == "":
		return errors.New("--tls-client-ca needs --tls-cert")
	case o.insecure || o.certificate != "" || o.tokens != "":
		return nil
	}
	for _, address := range addresses {
		if !isLoopback(address) {
			return fmt.Errorf("%s can be reached from other machines: give --tls-cert or --token-file, or --insecure if that is wanted", address)
		}
	}
	return nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // which listening will refuse
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// config returns the TLS of the listeners; nil for none.
func (o *secureOptions) config() (*tls.Config, error) {
	if o.certificate == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(o.certificate, o.key)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if o.clientCA == "" {
		return c, nil
	}
	text, err := os.ReadFile(o.clientCA)
	if err != nil {
		return nil, err
	}
	c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !c.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM", o.clientCA)
	}
	return c, nil
}

// allowed reads the tokens; none if there is no file of them.
func (o *secureOptions) allowed() (serve.Tokens, error) {
	if o.tokens == "" {
		return nil, nil
	}
	return serve.ReadTokens(o.tokens)
}
