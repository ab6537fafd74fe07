// Package serve is the verb serve: its flags, and the listeners of its server. What a request means is in zoo/serve.
package serve
