package flags

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// ReadPair reads a certificate and its key, in PEM.
func ReadPair(certificate, key string) (tls.Certificate, error) {
	public, err := safefile.ReadInput(certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := safefile.ReadInput(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(public, private)
}

// ReadAuthorities reads the certificates of those who may have signed others, in PEM.
func ReadAuthorities(path string) (*x509.CertPool, error) {
	text, err := safefile.ReadInput(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM", path)
	}
	return pool, nil
}
