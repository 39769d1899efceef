package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// guests are what runs in machines: one whose image has a configuration gives it to a Management Node when it starts,
// as an appliance of its own does. It has no certificate to know that one by.
type guests struct {
	service *simulator.Service
	address string
	client  *http.Client
	known   sync.Map // machines that have called home, by their id: their configuration is on their disk now
}

func newGuests(service *simulator.Service, address string) *guests {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	return &guests{service: service, address: strings.TrimRight(address, "/"), client: client}
}

// see is told of every call before it is carried out.
func (g *guests) see(ctx *simulator.Context, method *simulator.Method) {
	if g.address == "" || method.Name != "PowerOnVM_Task" {
		return
	}
	if machine, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine); ok {
		go g.start(machine)
	}
}

// start waits until the machine is on, and then offers its configuration until somebody answers.
func (g *guests) start(machine *simulator.VirtualMachine) {
	for range 100 {
		time.Sleep(50 * time.Millisecond)
		on, document := g.look(machine)
		if !on {
			continue
		}
		if _, known := g.known.Load(machine.Self.Value); known || document == "" {
			return
		}
		answer, err := g.client.Post(g.address+"/configuration/bootstrap", "text/xml", bytes.NewBufferString(document))
		if err == nil {
			answer.Body.Close()
			g.known.Store(machine.Self.Value, true)
			return
		}
		fmt.Fprintln(os.Stderr, machine.Name, "cannot call home:", err)
	}
}

func (g *guests) look(machine *simulator.VirtualMachine) (on bool, document string) {
	g.service.Context.WithLock(machine, func() {
		on = machine.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
		if machine.Config == nil || machine.Config.VAppConfig == nil {
			return
		}
		for _, each := range machine.Config.VAppConfig.GetVmConfigInfo().Property {
			if each.Id == "configuration" {
				document = each.DefaultValue
			}
		}
	})
	return on, document
}
