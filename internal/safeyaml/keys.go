package safeyaml

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// mostKeys is how many keys a map may have that is not in braces. The library is quick with those in braces.
const mostKeys = 5000

// keyCount counts the keys of each map. They begin in the same column, up to a line, or an entry of a list, that begins further left.
type keyCount struct {
	maps         []block // that may go on, each further right than the one before
	braces       int     // that are open
	line, column int     // where the line, or the entry, begins
}

type block struct{ column, keys int }

func checkKeys(tokens token.Tokens) error {
	var k keyCount
	for _, t := range tokens {
		switch k.begin(t); t.Type {
		case token.MappingStartType, token.SequenceStartType:
			k.braces++
		case token.MappingEndType, token.SequenceEndType:
			k.braces = max(k.braces-1, 0)
		case token.DocumentHeaderType:
			k.maps = nil
		case token.MappingValueType:
			if k.braces == 0 && k.add() > mostKeys {
				return fmt.Errorf("%w: line %d: more than %d keys in a map", ErrUnreadable, t.Position.Line, mostKeys)
			}
		}
	}
	return nil
}

// begin ends the maps that are further right than the first token of a line or of an entry.
func (k *keyCount) begin(t *token.Token) {
	isEntry := t.Type == token.SequenceEntryType
	if k.braces > 0 || t.Position.Line <= k.line && !isEntry {
		return
	}
	k.line, k.column = t.Position.Line, t.Position.Column
	if isEntry {
		k.line-- // what follows on the line may be the first key of a map
	}
	for n := len(k.maps); n > 0 && k.maps[n-1].column > k.column; n-- {
		k.maps = k.maps[:n-1]
	}
}

// add counts a key of the map that begins in the column, and returns the number of its keys.
func (k *keyCount) add() int {
	if n := len(k.maps); n == 0 || k.maps[n-1].column < k.column {
		k.maps = append(k.maps, block{column: k.column})
	}
	last := &k.maps[len(k.maps)-1]
	last.keys++
	return last.keys
}
