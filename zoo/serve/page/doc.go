// Package page is a page for browsers that shows the models of a serve.Server: what they are, how they do, their versions, and
// a form to try a prediction. It needs no network but the server, and knows nothing of other protocols.
//
//	p := page.New()
//	server := serve.New(serve.Options{Observers: []serve.Observer{p}})
//	http.Handle("/", p.Handler(server, nil))
package page
