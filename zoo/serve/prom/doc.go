// Package prom counts what a serve.Server does, for Prometheus. It listens to no port.
//
//	m := prom.New(registry)
//	server := serve.New(serve.Options{Observers: []serve.Observer{m}})
//	m.Watch(server)
package prom
