package main

import (
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// shop is the log of a shop: whether an item was clicked at a price.
func shop() known.Entry {
	return known.Entry{Name: "shop", Schema: func(c encode.Choices) (*schema.Schema, error) {
		return &schema.Schema{
			Label:  "click",
			Fields: []schema.Field{{Name: "item", MinCount: c.MinCount}, {Name: "price", Kind: "numeric"}},
			Split:  &schema.Split{By: "random", Valid: "0.2", Test: "0.2"},
		}, nil
	}}
}
