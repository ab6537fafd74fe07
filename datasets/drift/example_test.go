package drift_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/drift"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

func ExampleWindow() {
	s, err := schema.Parse([]byte("{label: click, fields: [{name: site}]}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	known := map[string]bool{"news": true, "sport": true}
	monday := drift.NewDay(s, nil)
	monday.Add(0, "news", 500)
	monday.Add(0, "sport", 500)
	var window drift.Window
	window.Add(monday.Counts())

	tuesday := drift.NewDay(s, func(_ int, value string) bool { return known[value] })
	tuesday.Add(0, "news", 500)
	tuesday.Add(0, "sport", 250)
	tuesday.Add(0, "games", 250)
	figures, err := window.Compare(tuesday.Counts())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range figures {
		fmt.Printf("%s: %.0f %% unknown, PSI %.2f\n", f.Field, 100*f.Unknown, f.PSI)
	}
	// Output:
	// site: 25 % unknown, PSI 1.72
}
