package main

import (
	"context"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// autoStart keeps what starts with a host; govmomi's hosts only refer to one.
type autoStart struct {
	mo.HostAutoStartManager
}

// ReconfigureAutostart merges the machines in the request into those that are there.
func (m *autoStart) ReconfigureAutostart(ctx *simulator.Context, req *types.ReconfigureAutostart) soap.HasFault {
	if req.Spec.Defaults != nil {
		m.Config.Defaults = req.Spec.Defaults
	}
	for _, wanted := range req.Spec.PowerInfo {
		kept := m.Config.PowerInfo[:0:0]
		for _, each := range m.Config.PowerInfo {
			if each.Key != wanted.Key {
				kept = append(kept, each)
			}
		}
		m.Config.PowerInfo = append(kept, wanted)
	}
	return &methods.ReconfigureAutostartBody{Res: new(types.ReconfigureAutostartResponse)}
}

// startWithHosts gives every host a manager of its own.
func startWithHosts(registry *simulator.Registry) {
	for _, entity := range registry.All("HostSystem") {
		host := entity.(*simulator.HostSystem)
		self := types.ManagedObjectReference{Type: "HostAutoStartManager", Value: "autostart-" + host.Self.Value}
		manager := &autoStart{}
		manager.Self = self
		manager.Config.Defaults = &types.AutoStartDefaults{Enabled: types.NewBool(false)}
		registry.Put(manager)
		host.ConfigManager.AutoStartManager = &self
	}
}

func newClient(ctx context.Context, address *url.URL) (*vim25.Client, error) {
	client, err := govmomi.NewClient(ctx, address, true)
	if err != nil {
		return nil, err
	}
	return client.Client, nil
}
