package main

import "github.com/ctrzoo/ctrzoo/cmd"

func main() { cmd.Zoo{}.Main() }
