package serve

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

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
