package draft_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/draft"
)

func ExampleGuess() {
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.csv")
	if err := os.WriteFile(path, []byte("click;site;price;history\n1;news;1.5;a|b\n0;sport;2.25;a\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	d, err := draft.Guess(context.Background(), path, draft.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := d.YAML()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// # Drafted from the first 2 rows of log.csv. Look it over: a file does not say what its columns mean.
	// # history: a list; if its values are those of another field, add shares: and its name
	// # split: the rows are divided at random, which flatters a model if users or items come back; by time or by user is a harder test
	// label: click
	// delimiter: ;
	// fields:
	// - name: site
	// - name: price
	//   kind: numeric
	// - name: history
	//   kind: list
	//   length: 2
	// split:
	//   by: random
	//   test: "0.1"
	//   valid: "0.1"
}
