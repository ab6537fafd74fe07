package synthetic_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
)

func ExampleOpen() {
	set, err := synthetic.Open(context.Background(), synthetic.Options{TrainRows: 1000, TestRows: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Train.Len(), "samples of", len(set.Train.Fields()), "fields")
	fmt.Printf("no model can expect a test AUC above %.2f\n", set.BestAUC)
	// Output:
	// 1000 samples of 8 fields
	// no model can expect a test AUC above 0.79
}

func ExampleGenerator() {
	var log strings.Builder
	if _, err := (synthetic.Generator{Data: "lzd", Rows: 100}).WriteCSV(context.Background(), &log); err != nil {
		fmt.Println(err)
		return
	}
	header, _, _ := strings.Cut(log.String(), "\n")
	fmt.Println(header)
	// Output: click,time,user,query,item,seller,brand,category,price,position,device
}
