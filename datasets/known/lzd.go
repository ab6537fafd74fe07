package known

import (
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// LZD returns the schema of a log of sponsored search: an advertised item was shown at a position for
// a query, and clicked or not. Its columns are click, time (as 2006-01-02 15:04:05), user, query,
// item, seller, brand, category, price, position and device; hour and weekday come from the time.
// The last day is the test part.
//
// The log of the paper of AdamAR that is called LZD is not public, and neither are its columns. This
// schema is our own, for those who hold such a log and for the log that a synthetic.Generator draws;
// results on the latter are not the paper's.
func LZD() *schema.Schema {
	return &schema.Schema{
		Label: "click",
		Fields: []schema.Field{
			{Name: "user"}, {Name: "query"}, {Name: "item"}, {Name: "seller"}, {Name: "brand"}, {Name: "category"},
			{Name: "price", Kind: "numeric", Scale: "log"},
			{Name: "position"}, {Name: "device"},
			{Name: "hour", Column: "time", Derive: "hour", Layout: time.DateTime},
			{Name: "weekday", Column: "time", Derive: "weekday", Layout: time.DateTime},
		},
		Split: &schema.Split{By: "time", Column: "time", Layout: time.DateTime, Test: "1d"},
	}
}

// lzdEntry reads the formats of package rawlog, with the splits of byDay.
func lzdEntry() Entry { return Entry{Name: "lzd", Schema: byDay("lzd", LZD)} }
