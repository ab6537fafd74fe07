package known_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// shop is a data set of one's own.
func shop() known.Entry {
	return known.Entry{Name: "shop", Schema: func(c encode.Choices) (*schema.Schema, error) {
		return &schema.Schema{Label: "click", Fields: []schema.Field{{Name: "item", MinCount: c.MinCount}}}, nil
	}}
}

func ExampleCatalog_With() {
	catalog, err := known.All().With(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(catalog.Names())

	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "shop.csv")
	if err := os.WriteFile(path, []byte("click,item\n1,shoe\n0,hat\n0,shoe\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	files, options := rawlog.Files{Train: []string{path}}, encode.Options{Choices: encode.Choices{MinCount: 2}}
	set, err := catalog.Open(context.Background(), "shop", files, options)
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range set.Train.Batches(context.Background(), 3, nil) {
		fmt.Println(batch.IDs, batch.Labels)
	}
	// Output:
	// [synthetic avazu criteo ipinyou ipinyou-libsvm lzd amazon amazon-last shop]
	// [1 0 1] [1 0 0]
}
