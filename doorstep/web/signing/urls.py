from django.urls import path

from doorstep.web.signing import views

urlpatterns = [
    path("/sign-in", views.sign_in, name="sign_in"),
    path("/sign-in/left", views.left, name="left"),
    path("/sign-in/stay", views.stay, name="stay"),
    path("/sign-out", views.sign_out, name="sign_out"),
]
