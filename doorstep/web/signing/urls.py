from django.urls import path

from doorstep.web.signing import sso, views

urlpatterns = [
    path("/sign-in", views.sign_in, name="sign_in"),
    path("/sign-in/with", sso.go, name="sso"),
    path("/sign-in/back", sso.back, name="sso_back"),
    path("/sign-out", views.sign_out, name="sign_out"),
]
