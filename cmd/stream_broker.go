package cmd

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/spf13/pflag"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// streamBroker are the flags of "zoo stream" that say how the brokers of a topic are reached.
type streamBroker struct {
	tls              bool
	ca               string
	certificate, key string
	user, password   string
	mechanism        string
}

// brokerFlags returns the names of the flags; the same stream may reach its brokers in another way on another day.
func brokerFlags() []string {
	return []string{"kafka-tls", "kafka-ca", "kafka-cert", "kafka-key", "kafka-user", "kafka-password-file", "kafka-sasl"}
}

func (o *streamBroker) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.tls, "kafka-tls", false, "speak TLS with the brokers")
	f.StringVar(&o.ca, "kafka-ca", "", "file of the authorities that may have signed the brokers' certificates, in PEM (default those of the system)")
	f.StringVar(&o.certificate, "kafka-cert", "", "file of this client's certificate, in PEM")
	f.StringVar(&o.key, "kafka-key", "", "file of the key of --kafka-cert, in PEM")
	f.StringVar(&o.user, "kafka-user", "", "name by which the brokers know this client")
	f.StringVar(&o.password, "kafka-password-file", "", "file of the password of --kafka-user; a line break at its end does not count")
	f.StringVar(&o.mechanism, "kafka-sasl", "scram-sha-512", "how the password is proved: scram-sha-512, scram-sha-256, or plain, which needs --kafka-tls")
}

// mechanisms are the values of --kafka-sasl.
var mechanisms = []string{"scram-sha-512", "scram-sha-256", "plain"}

// options are those of the client.
func (o *streamBroker) options() (list []kgo.Opt, err error) {
	if o.tls || o.ca != "" || o.certificate != "" || o.key != "" {
		config, err := o.config()
		if err != nil {
			return nil, err
		}
		list = append(list, kgo.DialTLSConfig(config))
	}
	switch {
	case !slices.Contains(mechanisms, o.mechanism):
		return nil, fmt.Errorf("--kafka-sasl: want %s or %s, got %q", strings.Join(mechanisms[:2], ", "), mechanisms[2], o.mechanism)
	case (o.user == "") != (o.password == ""):
		return nil, errors.New("--kafka-user and --kafka-password-file go together")
	case o.user == "":
		return list, nil
	}
	mechanism, err := o.login(len(list) > 0)
	return append(list, kgo.SASL(mechanism)), err
}

// config is that of TLS.
func (o *streamBroker) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.ca != "" {
		var err error
		if config.RootCAs, err = flags.ReadAuthorities(o.ca); err != nil {
			return nil, fmt.Errorf("--kafka-ca: %w", err)
		}
	}
	if o.certificate != "" || o.key != "" {
		pair, err := flags.ReadPair(o.certificate, o.key)
		if err != nil {
			return nil, fmt.Errorf("--kafka-cert, --kafka-key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// login is how the client proves who it is.
func (o *streamBroker) login(secret bool) (sasl.Mechanism, error) {
	text, err := safefile.ReadInput(o.password)
	if err != nil {
		return nil, fmt.Errorf("--kafka-password-file: %w", err)
	}
	password := string(bytes.TrimRight(text, "\r\n"))
	switch {
	case o.mechanism == "scram-sha-512":
		return scram.Auth{User: o.user, Pass: password}.AsSha512Mechanism(), nil
	case o.mechanism == "scram-sha-256":
		return scram.Auth{User: o.user, Pass: password}.AsSha256Mechanism(), nil
	case !secret:
		return nil, errors.New("--kafka-sasl plain would send the password as it is: it needs --kafka-tls")
	}
	return plain.Auth{User: o.user, Pass: password}.AsMechanism(), nil
}
