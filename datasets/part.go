package datasets

import "fmt"

// Part numbers the parts of a data set, in their order.
type Part int

const (
	TrainPart Part = iota
	ValidPart
	TestPart

	Parts = 3 // how many there are
)

var partNames = [Parts]string{"train", "valid", "test"}

// String returns the name of the part: train, valid or test.
func (p Part) String() string { return partNames[p] }

// ParsePart returns the part of a name.
func ParsePart(name string) (Part, error) {
	for p, known := range partNames {
		if known == name {
			return Part(p), nil
		}
	}
	return 0, fmt.Errorf("unknown part %q", name)
}
