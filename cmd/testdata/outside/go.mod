module example.com/outside

go 1.26.0

require (
	github.com/ctrzoo/ctrzoo v0.0.0
	gorgonia.org/gorgonia v0.9.18
)

replace github.com/ctrzoo/ctrzoo => ../../..
