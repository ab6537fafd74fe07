// Package graphtest checks the gradients of operations and blocks of one's own, in tests. It makes no nodes of a model.
package graphtest
